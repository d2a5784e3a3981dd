"""The change that takes a confirmed change back: an event like any other, proposed anew, and never a deletion.

It exists only where the entry still says what the change made of it; what somebody changed since is not overwritten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.classification import EntryTagged
from domain.entity_records import CreditRated, EntityLicensed, LicenceWithdrawn, RatingWithdrawn
from domain.errors import DomainError
from domain.registry_commands import (
    EntityChanged,
    EntityDetails,
    ExpertChanged,
    ExpertDetails,
    OfficerChanged,
    OfficerDetails,
    Restored,
    Suspended,
)
from domain.registry_state import Entity, Entry, Expert, Officer

if TYPE_CHECKING:
    from domain.registry_commands import Details


def compensation(before: Entry, now: Entry, reason: str) -> object:
    """Give the event that brings an entry back to where it was `before` what then waited in it was confirmed.

    Raises DomainError: "change-pending" where another change waits, "changed-since" where the entry says something else by
    now, "no-way-back" for what only its own act can end (an exemption, a leave, a recorded visit).
    """
    pending = before.pending
    assert pending is not None
    if now.pending is not None:
        raise DomainError("change-pending", f"{now.id}: 另有待复核的变更 / another change waits")
    match pending.act:
        case "add" | "change":
            _require_same(now, now.details == pending.details)
            return _details_back(before, now, reason)
        case "suspend":
            _require_same(now, now.suspended)
            return Restored(reason=reason)
        case "restore":
            _require_same(now, not now.suspended)
            return Suspended(reason=reason)
        case "tag":
            assert isinstance(pending.proposed, EntryTagged)
            return _tags_back(now, pending.proposed, reason)
        case "licence" | "licence-end" | "rating" | "rating-end":
            return _record_back(before, now, reason)
        case _:
            detail = f"{now.id}: 该变更须以其自身的操作更正 / is set right by an act of its own"
            raise DomainError("no-way-back", detail)


def _require_same(now: Entry, same: bool) -> None:  # noqa: FBT001 - reads as a sentence where it is used
    if not same:
        raise DomainError("changed-since", f"{now.id}: 此后又有变更 / was changed since")


def _details_back(before: Entry, now: Entry, reason: str) -> object:
    details: Details | None = before.details
    match details:
        case None:  # an addition is taken back by a suspension: nothing is ever removed
            _require_same(now, not now.suspended)
            return Suspended(reason=reason)
        case EntityDetails():
            return EntityChanged(details=details, reason=reason)
        case OfficerDetails():
            return OfficerChanged(details=details, reason=reason)
        case ExpertDetails():
            return ExpertChanged(details=details, reason=reason)


def _tags_back(now: Entry, done: EntryTagged, reason: str) -> EntryTagged:
    assert isinstance(now, Entity | Officer | Expert)
    tags = set(now.tags)
    _require_same(now, set(done.add) <= tags and not tags & set(done.remove))
    return EntryTagged(add=done.remove, remove=done.add, reason=reason)


def _record_back(before: Entry, now: Entry, reason: str) -> object:
    """What was on record before in the same place, or that nothing is."""
    assert isinstance(before, Entity)
    assert isinstance(now, Entity)
    match before.pending.proposed if before.pending else None:
        case EntityLicensed(number=number) | LicenceWithdrawn(number=number) as done:
            held = done if isinstance(done, EntityLicensed) else None
            _require_same(now, now.licences.get(number) == held)
            return before.licences.get(number) or LicenceWithdrawn(number=number, reason=reason)
        case CreditRated(on=on) | RatingWithdrawn(on=on) as done:
            rated = done if isinstance(done, CreditRated) else None
            _require_same(now, now.ratings.get(on) == rated)
            return before.ratings.get(on) or RatingWithdrawn(on=on, reason=reason)
        case _:
            raise AssertionError
