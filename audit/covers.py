"""Draws and their witnesses: whoever is said to have made a checkpoint count had signed that very checkpoint by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.times import TOLERANCE
from ledger.clock import rfc3339

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from audit.report import Findings
    from domain.draw_commands import DrawCovered
    from domain.facts import Recorded
    from ledger.policy import Policy


def check_covers(
    covers: list[tuple[Recorded, DrawCovered]],
    cosigned: Mapping[tuple[int, str], datetime],
    policy: Policy | None,
    findings: Findings,
) -> None:
    """Hold what events say of witnesses against cosignatures that hold: their times by size and name of the key."""
    if policy is None:
        if any(event.witnesses for _, event in covers):
            findings.skip(
                "抽取承诺由哪些见证方见证：请用 --policy 给出见证策略 / which witnesses had signed what covers each draw:"
                " give a policy with --policy"
            )
        return
    known = {witness.key.name for witness in policy.witnesses}
    for recorded, event in covers:
        if not event.witnesses:
            findings.note(
                f"叶 {recorded.leaf}：{recorded.stream} 由没有见证方的检查点覆盖 / leaf {recorded.leaf}: covered by a"
                " checkpoint without witnesses"
            )
        elif not policy.is_met_by(
            each for each in policy.witnesses if each.key.name in event.witnesses
        ):
            # A note, for the policy of its day may have been another.
            findings.note(
                f"叶 {recorded.leaf}：{recorded.stream} 所列见证方未达到见证策略 / leaf {recorded.leaf}: the witnesses"
                " that it names do not meet the policy"
            )
        for name in event.witnesses:
            if name in known:
                _check(
                    recorded,
                    event.checkpoint,
                    name,
                    cosigned.get((event.checkpoint, name)),
                    findings,
                )
            else:
                findings.skip(
                    f"策略中没有的见证方 {name} / a witness that the policy does not have: {name}"
                )


def _check(
    recorded: Recorded, size: int, name: str, at: datetime | None, findings: Findings
) -> None:
    if at is None:
        reason = f"{name} 没有副署 {size} 个叶的检查点 / has not cosigned the checkpoint of so many leaves"
    elif rfc3339(at - TOLERANCE) > recorded.recorded_at:
        reason = f"{name} 副署于 {rfc3339(at)}，晚于所称 / cosigned only later than this claims"
    else:
        return
    findings.add("cover-not-witnessed", recorded.stream, reason, recorded.leaf)
