"""What is recorded of entities with a date: licences 许可证, and credit-risk classes 信用风险分级 as they come in month by month.

Both wait for a second person. The class that counts is that of the newest date, whatever the order in which ratings came in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import DomainError
from domain.registry_commands import CreditClass, EntityCommand
from domain.rules import parse_date, parse_past_date, require_reason, require_sha256, require_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.facts import Context
    from domain.registry_state import Entity


@dataclass(frozen=True, kw_only=True)
class RecordLicence(EntityCommand):
    """Propose to record a licence, valid through `expires` (YYYY-MM-DD, or "" without end).

    A later proposal with the same number sets what it says anew: a renewal, or a correction.
    """

    kind: str
    number: str
    issuer: str
    valid_from: str
    expires: str


@dataclass(frozen=True, kw_only=True)
class WithdrawLicence(EntityCommand):
    """Propose to record that a licence counts no more: revoked, given back, or recorded in error."""

    number: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RateCredit(EntityCommand):
    """Propose to record the class that an entity had on a day; `document` is the SHA-256 of the list it came from, in hex.

    A later proposal with the same day takes the place of the earlier one. An older day never overrides a newer one.
    """

    credit_class: CreditClass
    on: str
    source: str
    document: str


@dataclass(frozen=True, kw_only=True)
class WithdrawRating(EntityCommand):
    """Propose to record that the rating of a day was recorded in error; the class of the day before it counts again."""

    on: str
    reason: str


RecordCommand = RecordLicence | WithdrawLicence | RateCredit | WithdrawRating


@dataclass(frozen=True, kw_only=True)
class EntityLicensed:
    """It was proposed to record this licence; `expires` is the last day, or "" without end."""

    kind: str
    number: str
    issuer: str
    valid_from: str
    expires: str


@dataclass(frozen=True, kw_only=True)
class LicenceWithdrawn:
    """It was proposed to record that the licence counts no more."""

    number: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CreditRated:
    """It was proposed to record that the entity was of this class on a day."""

    credit_class: CreditClass
    on: str
    source: str
    document: str


@dataclass(frozen=True, kw_only=True)
class RatingWithdrawn:
    """It was proposed to record that the rating of a day does not count."""

    on: str
    reason: str


Record = EntityLicensed | LicenceWithdrawn | CreditRated | RatingWithdrawn


def record(state: Entity, command: RecordCommand, context: Context) -> Record | None:
    """Give the event that follows from a command about a confirmed entity, or refuse it; None where nothing changes."""
    match command:
        case RecordLicence():
            return _licence(state, command)
        case WithdrawLicence():
            require_reason(command.reason)
            if command.number not in state.licences:
                detail = f"{state.id}: 没有许可证 {command.number} / no such licence is on record"
                raise DomainError("unknown-licence", detail)
            return LicenceWithdrawn(number=command.number, reason=command.reason)
        case RateCredit():
            return _rating(state, command, context)
        case WithdrawRating():
            require_reason(command.reason)
            if command.on not in state.ratings:
                detail = (
                    f"{state.id}: 没有 {command.on} 的信用等级 / no rating of that day is on record"
                )
                raise DomainError("unknown-rating", detail)
            return RatingWithdrawn(on=command.on, reason=command.reason)


def _licence(state: Entity, command: RecordLicence) -> EntityLicensed | None:
    for place in ("kind", "number", "issuer"):
        require_text(getattr(command, place), place)
    first = parse_date(command.valid_from, "valid_from")
    if command.expires and parse_date(command.expires, "expires") < first:
        detail = "expires: 终点早于起点 / the last day is before the first"
        raise DomainError("date-invalid", detail)
    licence = EntityLicensed(
        kind=command.kind,
        number=command.number,
        issuer=command.issuer,
        valid_from=command.valid_from,
        expires=command.expires,
    )
    return None if state.licences.get(licence.number) == licence else licence


def _rating(state: Entity, command: RateCredit, context: Context) -> CreditRated | None:
    parse_past_date(command.on, "on", context.now)
    require_text(command.source, "source")
    require_sha256(command.document, "document")
    rating = CreditRated(
        credit_class=command.credit_class,
        on=command.on,
        source=command.source,
        document=command.document,
    )
    return None if state.ratings.get(rating.on) == rating else rating


def class_on(
    ratings: Mapping[str, CreditRated], day: str, before: CreditClass | None
) -> CreditClass | None:
    """The class that held on a day: that of the newest rating up to it, or else the one from `before` all ratings."""
    newest = max((on for on in ratings if on <= day), default=None)
    return before if newest is None else ratings[newest].credit_class
