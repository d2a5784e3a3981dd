"""The item list 抽查事项清单: taken over from the superior's list, claimed by mandate, reviewed, published.

An item that is not published cannot stand in a published plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, assert_never

from domain.errors import DomainError
from domain.facts import Fact, Judgement
from domain.organisation import Department, require_own_department
from domain.rules import require_other_person, require_reason, require_slug, require_text

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History

Category = Literal["重点", "一般"]
ItemStatus = Literal["added", "claimed", "reviewed", "published"]


@dataclass(frozen=True, kw_only=True)
class ItemDetails:
    """What the list says of an item; `issuer` is the department as the list names it, `body` who may inspect."""

    issuer: str
    item_class: str
    name: str
    subject: str
    category: Category
    method: str
    body: str
    legal_basis: str


@dataclass(frozen=True, kw_only=True)
class AddItem:
    """Take an item over into the list."""

    code: str
    details: ItemDetails
    source: str

    @property
    def stream(self) -> str:
        return f"item/{self.code}"


@dataclass(frozen=True, kw_only=True)
class ClaimItem:
    """认领: a department takes an item on, naming the clause of its mandate and its 互联网+监管 code (or "")."""

    code: str
    department: str
    mandate: str
    supervision_code: str

    @property
    def stream(self) -> str:
        return f"item/{self.code}"


@dataclass(frozen=True, kw_only=True)
class ReviewItem(Judgement):
    """Approve a claim, or return it with a remark."""

    code: str
    approve: bool
    remark: str

    @property
    def stream(self) -> str:
        return f"item/{self.code}"


@dataclass(frozen=True, kw_only=True)
class PublishItem:
    """Put a reviewed item on the published list."""

    code: str

    @property
    def stream(self) -> str:
        return f"item/{self.code}"


ItemCommand = AddItem | ClaimItem | ReviewItem | PublishItem


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
    """An item as it stands."""

    code: str
    details: ItemDetails
    status: ItemStatus = "added"
    department: str | None = None
    claimed_by: str | None = None


def decide(
    state: Item | None, command: ItemCommand, context: Context, history: History
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
            assert_never(command)
    return (Fact(stream=command.stream, event=event),)


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
        detail = f"事项 {state.code} 处于 {state.status}，应为 {status} / item is in another stage"
        raise DomainError("wrong-stage", detail)


def evolve(state: Item | None, recorded: Recorded, _history: History) -> Item:
    """Fold one fact."""
    event = recorded.event
    if isinstance(event, ItemAdded):
        return Item(code=recorded.stream.partition("/")[2], details=event.details)
    assert state is not None
    match event:
        case ItemClaimed():
            by = recorded.actor.id
            return replace(state, status="claimed", department=event.department, claimed_by=by)
        case ItemReviewed(approved=True):
            return replace(state, status="reviewed")
        case ItemReviewed():
            return replace(state, status="added", department=None, claimed_by=None)
        case ItemPublished():
            return replace(state, status="published")
        case _:
            return state
