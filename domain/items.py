"""The item list 抽查事项清单: taken over from the superior's list, claimed by mandate, reviewed, published.

An item that is not published cannot stand in a published plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from domain import item_versions
from domain.errors import DomainError
from domain.facts import Fact, Judgement
from domain.item_versions import (
    ItemCommand,
    ItemDetails,
    ItemMapped,
    ItemProposal,
    ItemProposalReviewed,
    ItemReleased,
    ItemRevisionProposed,
    ItemVersion,
    ItemWithdrawalProposed,
    VersionCommand,
    Withdrawal,
)
from domain.organisation import Department, require_own_department
from domain.rules import (
    china_date,
    require_other_person,
    require_reason,
    require_slug,
    require_text,
)

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History

ItemStatus = Literal["added", "claimed", "reviewed", "published"]


@dataclass(frozen=True, kw_only=True)
class AddItem(ItemCommand):
    """Take an item over into the list."""

    details: ItemDetails
    source: str


@dataclass(frozen=True, kw_only=True)
class ClaimItem(ItemCommand):
    """认领: a department takes an item on, naming the clause of its mandate and its 互联网+监管 code (or "")."""

    department: str
    mandate: str
    supervision_code: str


@dataclass(frozen=True, kw_only=True)
class ReviewItem(ItemCommand, Judgement):
    """Approve a claim, or return it with a remark."""

    approve: bool
    remark: str


@dataclass(frozen=True, kw_only=True)
class PublishItem(ItemCommand):
    """Put a reviewed item on the published list."""


AnyItemCommand = AddItem | ClaimItem | ReviewItem | PublishItem | VersionCommand


@dataclass(frozen=True, kw_only=True)
class ItemAdded:
    """The item stands in the list; `source` names the document it was taken from."""

    details: ItemDetails
    source: str


@dataclass(frozen=True, kw_only=True)
class ItemClaimed:
    """A department says that the item is its own."""

    department: str
    mandate: str
    supervision_code: str


@dataclass(frozen=True, kw_only=True)
class ItemReviewed:
    """A second person looked at the claim."""

    approved: bool
    remark: str


@dataclass(frozen=True, kw_only=True)
class ItemPublished:
    """The public may know that this is inspected."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """An item as it stands.

    `details` are those of the newest version, whether its day has come or not; `versions` are what was published and approved
    so far, oldest first.
    """

    code: str
    details: ItemDetails
    status: ItemStatus = "added"
    department: str | None = None
    claimed_by: str | None = None
    mandate: str | None = None
    supervision_code: str | None = None
    versions: tuple[ItemVersion, ...] = ()
    withdrawn: Withdrawal | None = None
    pending: ItemProposal | None = None

    def is_listed_on(self, day: str) -> bool:
        """Whether the item is published and not withdrawn as of this day (YYYY-MM-DD)."""
        return self.status == "published" and (self.withdrawn is None or day < self.withdrawn.on)

    def version_of(self, day: str, leaf: int) -> ItemVersion | None:
        """The version with which something was made at a leaf for a day: of those approved by then, the one that holds."""
        known = [one for one in self.versions if one.leaf <= leaf and one.valid_from <= day]
        return known[-1] if known else None


def decide(
    state: Item | None, command: AnyItemCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    if isinstance(command, AddItem):
        return _add(state, command)
    if state is None:
        raise DomainError(
            "unknown-item", f"事项 {command.code} 不在清单中 / item is not on the list"
        )
    event: object
    match command:
        case ClaimItem():
            event = _claim(state, command, context, history)
        case ReviewItem():
            event = _review(state, command, context)
        case PublishItem():
            _require_status(state, "reviewed")
            event = ItemPublished()
        case _:
            event = item_versions.decide(state, command, context, history)
    return (Fact(stream=command.stream, event=event),) if event is not None else ()


def _add(state: Item | None, command: AddItem) -> tuple[Fact, ...]:
    require_slug(command.code, "code")
    require_text(command.details.name, "name")
    if state is None:
        event = ItemAdded(details=command.details, source=command.source)
        return (Fact(stream=command.stream, event=event),)
    if state.details == command.details:
        return ()
    raise DomainError(
        "already-registered",
        f"事项 {command.code} 已登记且内容不同 / registered with other content",
    )


def _claim(state: Item, command: ClaimItem, context: Context, history: History) -> ItemClaimed:
    _require_status(state, "added")
    require_text(command.mandate, "mandate")
    if history.get(Department, command.department) is None:
        raise DomainError(
            "unknown-department", f"部门 {command.department} 未登记 / not registered"
        )
    require_own_department(context, history, command.department)
    return ItemClaimed(
        department=command.department,
        mandate=command.mandate,
        supervision_code=command.supervision_code,
    )


def _review(state: Item, command: ReviewItem, context: Context) -> ItemReviewed:
    _require_status(state, "claimed")
    require_other_person(context, state.claimed_by or "", "审核认领 / review of a claim")
    if not command.approve:
        require_reason(command.remark)
    return ItemReviewed(approved=command.approve, remark=command.remark)


def _require_status(state: Item, status: str) -> None:
    if state.status != status:
        raise item_versions.wrong_stage(state, status)


def evolve(state: Item | None, recorded: Recorded, _history: History) -> Item:
    """Fold one fact."""
    event = recorded.event
    if isinstance(event, ItemAdded):
        return Item(code=recorded.stream.partition("/")[2], details=event.details)
    assert state is not None
    match event:
        case ItemClaimed():
            return replace(
                state,
                status="claimed",
                department=event.department,
                claimed_by=recorded.actor.id,
                mandate=event.mandate,
                supervision_code=event.supervision_code,
            )
        case ItemReviewed(approved=True):
            return replace(state, status="reviewed")
        case ItemReviewed() | ItemReleased():
            return _unclaimed(state)
        case ItemPublished():
            first = _version(state, state.details, china_date(recorded.recorded_at), recorded, "")
            return replace(state, status="published", versions=(first,))
        case ItemMapped(supervision_code=code):
            return replace(state, supervision_code=code)
        case ItemRevisionProposed() | ItemWithdrawalProposed():
            pending = ItemProposal(version=recorded.version, by=recorded.actor.id, proposed=event)
            return replace(state, pending=pending)
        case ItemProposalReviewed(approved=approved) if state.pending is not None:
            return _judged(state, state.pending, recorded, approved=approved)
        case _:
            return state


def _unclaimed(state: Item) -> Item:
    return replace(
        state,
        status="added",
        department=None,
        claimed_by=None,
        mandate=None,
        supervision_code=None,
    )


def _judged(state: Item, pending: ItemProposal, recorded: Recorded, *, approved: bool) -> Item:
    if not approved:
        return replace(state, pending=None)
    match pending.proposed:
        case ItemWithdrawalProposed(on=on, reason=reason):
            return replace(state, pending=None, withdrawn=Withdrawal(on=on, reason=reason))
        case ItemRevisionProposed(details=details, valid_from=day, reason=reason):
            newest = _version(state, details, day, recorded, reason)
            versions = (*state.versions, newest)
            return replace(state, pending=None, details=details, versions=versions)


def _version(
    state: Item, details: ItemDetails, day: str, recorded: Recorded, reason: str
) -> ItemVersion:
    return ItemVersion(
        number=len(state.versions) + 1,
        details=details,
        valid_from=day,
        leaf=recorded.leaf,
        reason=reason,
    )
