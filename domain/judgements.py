"""What a judgement is of: whoever confirms, reviews or approves signs for the version of the stream that they looked at.

Otherwise a signature that was kept back would fit what was returned and entered anew. The version is that of the stream's
newest event, whatever it was: a visit that was begun after its giving up was asked for, a draw whose list has come since
its void was asked for, is not what was seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.draw_state import Draw
from domain.errors import DomainError
from domain.facts import Judgement

if TYPE_CHECKING:
    from domain.facts import Command
    from domain.history import History


def standing(stream: str, history: History) -> int:
    """The version that who looks at a stream now sees; looks at a draw change nothing of it, and do not count."""
    prefix, _, id_ = stream.partition("/")
    draw = history.get(Draw, id_) if prefix == "draw" else None
    return history.version(stream) if draw is None else draw.version


def require_seen(command: Command, history: History) -> None:
    """Refuse a judgement of anything but what stands now; raises "version-outdated"."""
    if not isinstance(command, Judgement):
        return
    now = standing(command.stream, history)
    if command.version != now:
        detail = (
            f"所见为版本 {command.version}，现为版本 {now}：请重新查看后再办理"
            " / this is not the version that stands now: look again, then act"
        )
        raise DomainError("version-outdated", detail)
