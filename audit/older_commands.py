"""Commands as they were signed once, and how each is read today.

What was signed never changes, so the older shapes of commands are read for ever, as those of events are (`domain.upcasting`).
Judgements (`domain.facts.Judgement`) were signed without the version that was seen. Such a one is read as of
what stood where it was recorded, if it could have meant nothing else: nothing of the kind was turned down (or released) in that
stream before, so that there was but one thing to be judged. Once a version was signed anywhere, none is accepted without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain import draw_commands as draw
from domain import follow_up_commands as follow_up
from domain import inspection_commands as inspection
from domain import items
from domain import replacement_commands as replacement
from domain import subject_commands as subject
from domain.errors import DomainError
from domain.facts import Judgement
from domain.inspection_state import Inspection
from domain.judgements import standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.facts import Recorded
    from domain.history import History

VERSION = "version"
RESULT, CLOSING = "result", "closing"
# Every act that was signed so once, and what it judges; of a replacement it is that of one officer, of a hold that of one reference.
JUDGED: Mapping[type, str] = {
    items.ReviewItem: "claim",
    draw.ApproveVoid: "void",
    draw.DeclineVoid: "void",
    inspection.ConfirmResult: RESULT,
    inspection.ReviewResult: RESULT,
    follow_up.VerifyCorrection: "correction",
    inspection.ApproveClosing: CLOSING,
    replacement.ApproveReplacement: "replacement",
    replacement.DeclineReplacement: "replacement",
    subject.ReleaseSubject: "hold",
    subject.ApproveErasure: "erasure",
    subject.DeclineErasure: "erasure",
}
# What was not said when a visit had one follow-up at the most, of the whole result and without files.
MEANT: Mapping[type, Mapping[str, object]] = {
    follow_up.OrderCorrection: {"items": []},
    follow_up.VerifyCorrection: {"number": 1, "files": []},
}
_WHICH: Mapping[str, str] = {"replacement": "officer", "hold": "reference"}


class OlderCommands:
    """What was turned down so far in each stream, and whether judgements name a version yet."""

    def __init__(self) -> None:
        self._turned_down: set[tuple[str, str, object]] = set()
        self._named = False

    def read(
        self, shape: type, data: Mapping[str, object], stream: str, history: History
    ) -> Mapping[str, object]:
        """Give what was signed in the shape of today; raises DomainError("signed-command-unbound")."""
        if issubclass(shape, Judgement) and VERSION in data:
            self._named = True
        elif shape in MEANT:
            data = {**MEANT[shape], **data}
        if shape not in JUDGED or VERSION in data:
            return data
        what = JUDGED[shape]
        which = data.get(_WHICH[what]) if what in _WHICH else None
        if self._named or (stream, what, which) in self._turned_down:
            reason = "所签命令未写明所见版本，不能认定所指为此 / what was signed names no version, and need not have meant this"
            raise DomainError("signed-command-unbound", reason)
        return {**data, VERSION: standing(stream, history)}

    def take(self, recorded: Recorded, history: History) -> None:
        """Note what an event turns down; `history` is that before it."""
        which: object = None
        match recorded.event:
            case items.ItemReviewed(approved=False):
                what = "claim"
            case draw.VoidDeclined():
                what = "void"
            case inspection.ResultReviewed(approved=False):
                what = RESULT
            case follow_up.CorrectionVerified(corrected=False):
                what = "correction"
            case inspection.ResultEntered() if _is_asked_to_close(recorded.stream, history):
                what = CLOSING
            case replacement.ReplacementDeclined(officer=which):
                what = "replacement"
            case subject.SubjectReleased(reference=which):
                what = "hold"
            case subject.ErasureDeclined():
                what = "erasure"
            case _:
                return
        self._turned_down.add((recorded.stream, what, which))


def _is_asked_to_close(stream: str, history: History) -> bool:
    visit = history.get(Inspection, stream.partition("/")[2])
    return visit is not None and visit.closing_requested_by is not None
