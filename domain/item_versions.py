"""What becomes of an item after its claim: given back, mapped anew, revised from a day on, withdrawn from a day on.

What the public list says changes only by a second person: a revision or a withdrawal waits for its review, and holds from its
own day on. So the list of any day can be told, and whatever was made with an older version keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from domain.errors import DomainError
from domain.organisation import require_own_department
from domain.rules import china_date, parse_date, require_other_person, require_reason, require_text

if TYPE_CHECKING:
    from domain.facts import Context
    from domain.history import History
    from domain.items import Item

Category = Literal["重点", "一般"]


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
class ItemCommand:
    """What all commands to one item carry."""

    code: str

    @property
    def stream(self) -> str:
        return f"item/{self.code}"


@dataclass(frozen=True, kw_only=True)
class ReleaseItem(ItemCommand):
    """退回认领: a department gives back an item that is not published, so that another one can claim it."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class MapItem(ItemCommand):
    """映射: name the 互联网+监管 item that a claimed item belongs to, or another one than before; "" for none."""

    supervision_code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReviseItem(ItemCommand):
    """修订: propose a new version of a published item, which holds from `valid_from` (YYYY-MM-DD) on."""

    details: ItemDetails
    valid_from: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class WithdrawItem(ItemCommand):
    """废止: propose that an item is on the published list no more, from the day `on` (YYYY-MM-DD)."""

    on: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReviewItemProposal(ItemCommand):
    """Approve the revision or withdrawal that event `version` proposed, or turn it down with a remark."""

    version: int
    approve: bool
    remark: str


AnyProposal = ReviseItem | WithdrawItem
VersionCommand = ReleaseItem | MapItem | ReviseItem | WithdrawItem | ReviewItemProposal


@dataclass(frozen=True, kw_only=True)
class ItemReleased:
    """The department has the item no more; it can be claimed anew."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ItemMapped:
    """The item belongs to this 互联网+监管 item from here on."""

    supervision_code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ItemRevisionProposed:
    """A new version waits for its review."""

    details: ItemDetails
    valid_from: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ItemWithdrawalProposed:
    """The withdrawal of the item waits for its review."""

    on: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ItemProposalReviewed:
    """A second person judged what event `version` proposed: approved, it holds from its day on."""

    version: int
    approved: bool
    remark: str


@dataclass(frozen=True, kw_only=True)
class ItemVersion:
    """What the list says from `valid_from` on; `number` counts from 1, `leaf` is where it was published or approved."""

    number: int
    details: ItemDetails
    valid_from: str
    leaf: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """Since which day the item is off the list, and why."""

    on: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ItemProposal:
    """A revision or withdrawal that waits; `version` is the event that proposed it."""

    version: int
    by: str
    proposed: ItemRevisionProposed | ItemWithdrawalProposed


def decide(state: Item, command: VersionCommand, context: Context, history: History) -> object:
    """Give the event that follows from a command about a claimed item, or refuse it; None where nothing changes."""
    if isinstance(command, ReviewItemProposal):
        return _review(state, command, context)
    require_reason(command.reason)
    if state.department is None:
        raise wrong_stage(state, "claimed")
    require_own_department(context, history, state.department)
    match command:
        case ReleaseItem():
            if state.status == "published":
                raise wrong_stage(state, "claimed")
            return ItemReleased(reason=command.reason)
        case MapItem():
            if command.supervision_code == state.supervision_code:
                return None
            return ItemMapped(supervision_code=command.supervision_code, reason=command.reason)
        case ReviseItem() | WithdrawItem():
            return _propose(state, command, context)


def wrong_stage(state: Item, status: str) -> DomainError:
    """The refusal that an item is in another stage than the one needed."""
    detail = f"事项 {state.code} 处于 {state.status}，应为 {status} / item is in another stage"
    return DomainError("wrong-stage", detail)


def _propose(
    state: Item, command: AnyProposal, context: Context
) -> ItemRevisionProposed | ItemWithdrawalProposed:
    if state.status != "published":
        raise wrong_stage(state, "published")
    if state.withdrawn is not None:
        detail = f"事项 {state.code} 已定于 {state.withdrawn.on} 废止 / is withdrawn as of that day"
        raise DomainError("item-withdrawn", detail)
    if state.pending is not None:
        detail = f"事项 {state.code} 尚有待审核的修订或废止 / a proposal still waits for its review"
        raise DomainError("change-pending", detail)
    if isinstance(command, WithdrawItem):
        _check_day(state, command.on, "on", context)
        return ItemWithdrawalProposed(on=command.on, reason=command.reason)
    require_text(command.details.name, "name")
    _check_day(state, command.valid_from, "valid_from", context)
    return ItemRevisionProposed(
        details=command.details, valid_from=command.valid_from, reason=command.reason
    )


def _check_day(state: Item, day: str, place: str, context: Context) -> None:
    """The past of the list is not rewritten, and its versions follow one another."""
    parse_date(day, place)
    newest = state.versions[-1].valid_from
    if day < china_date(context.now) or day <= newest:
        detail = (
            f"{place}: 不得早于今天，且须晚于现行版本的生效日 {newest}"
            " / not before today, and after the day from which the newest version holds"
        )
        raise DomainError("date-invalid", detail)


def _review(state: Item, command: ReviewItemProposal, context: Context) -> ItemProposalReviewed:
    waiting = state.pending
    if waiting is None or waiting.version != command.version:
        detail = f"事项 {state.code}: 没有版本 {command.version} 的待审核修订或废止 / no such proposal waits"
        raise DomainError("nothing-to-confirm", detail)
    require_other_person(context, waiting.by, "审核修订或废止 / review of a revision or withdrawal")
    if command.approve:
        match waiting.proposed:
            case ItemRevisionProposed(valid_from=day):
                _check_day(state, day, "valid_from", context)
            case ItemWithdrawalProposed(on=day):
                _check_day(state, day, "on", context)
    else:
        require_reason(command.remark)
    return ItemProposalReviewed(
        version=command.version, approved=command.approve, remark=command.remark
    )
