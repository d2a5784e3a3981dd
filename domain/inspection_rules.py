"""Who may act on an inspection, at every step of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import DomainError
from domain.lottery.assignment_input import EXPERTS
from domain.organisation import Staff
from domain.registry_state import Officer
from domain.rules import china_date
from domain.team_terms import MIN_OFFICERS

if TYPE_CHECKING:
    from domain.facts import Context
    from domain.history import History
    from domain.inspection_state import Inspection, Status


def require_status(state: Inspection, status: Status) -> None:
    """Refuse what does not belong to the stage in which an inspection is."""
    if state.status != status:
        detail = (
            f"检查 {state.id} 处于 {state.status}，应为 {status} / inspection is in another stage"
        )
        raise DomainError("wrong-stage", detail)


def require_open_for_entry(state: Inspection) -> None:
    """What was found is entered before the result, or again where a result was returned or is to be corrected."""
    if state.status not in {"assigned", "amending"}:
        detail = (
            f"检查 {state.id} 处于 {state.status}，不能录入 / nothing can be entered in this stage"
        )
        raise DomainError("wrong-stage", detail)


def require_not_asking(state: Inspection, context: Context) -> None:
    """Whoever asks that a published result is corrected has no hand in the new one."""
    if state.amendment is not None and state.amendment.by == context.actor.id:
        detail = "申请更正的人不得办理更正后的结果 / who asked for the correction does not make it"
        raise DomainError("own-act", detail)


def require_ready(state: Inspection, context: Context) -> None:
    """Nobody begins a visit who has not said that nothing biases them, nor one on which an officer is missing."""
    if context.actor.id not in state.declared:
        detail = "请先申报有无应当回避的情形 / say first whether anything could bias you"
        raise DomainError("conflict-not-declared", detail)
    missing = [id_ for id_, seat in state.vacant.items() if seat.department != EXPERTS]
    if missing:
        detail = f"{'、'.join(missing)} 的席位空缺，待替补抽取 / a substitute is to be drawn first"
        raise DomainError("seat-vacant", detail)


def require_on_site(state: Inspection, context: Context) -> None:
    """Only an officer of the visit who has been there says what was there."""
    require_member(state, context)
    if context.actor.id not in state.checked_in:
        detail = "未到场人员不得记录 / only an officer who was there records this"
        raise DomainError("too-few-officers", detail)


def require_together(state: Inspection) -> None:
    """Law: two officers at the least, there together."""
    if len(state.together & set(state.officers)) < MIN_OFFICERS:
        detail = "至少两名检查人员须同时在场 / two officers must have been there together"
        raise DomainError("too-few-officers", detail)


def require_member(state: Inspection, context: Context) -> None:
    """Refuse whoever is not an officer of the team."""
    if context.actor.id not in state.officers:
        detail = f"您不是检查 {state.id} 的检查人员 / not an officer of this inspection"
        raise DomainError("not-assigned", detail)


def require_fit(state: Inspection, context: Context, history: History) -> None:
    """Only an assigned officer acts, who is active, certified today and not recused; at every step of the visit."""
    id_, today = context.actor.id, china_date(context.now)
    require_member(state, context)
    officer = history.get(Officer, id_)
    if officer is None or not officer.active or officer.details is None:
        raise DomainError(
            "officer-not-active", f"{id_}: 不在名录或已暂停 / not in the registry, or suspended"
        )
    if state.entity in officer.barred:
        detail = f"您应回避 {state.entity}，请申报并更换 / you are recused: declare it, and somebody else is drawn"
        raise DomainError("recused", detail)
    if officer.details.certificate_expires < today:
        raise DomainError(
            "certificate-expired", f"{id_}: 执法证已失效 / the certificate has expired"
        )


def require_participating(state: Inspection, context: Context, history: History) -> None:
    """Review, orders and publication are for the departments that inspect."""
    staff = history.get(Staff, context.actor.id)
    departments = [own.department for own in state.assigned.items]
    if staff is None or staff.department not in departments:
        detail = (
            f"由参加检查的部门办理：{'、'.join(departments)} / for the departments that inspect"
        )
        raise DomainError("other-department", detail)


def require_unbiased(state: Inspection, context: Context, history: History) -> None:
    """Whoever left the visit, or must not inspect the entity, decides nothing about it."""
    officer = history.get(Officer, context.actor.id)
    if context.actor.id in state.fell_out or (
        officer is not None and state.entity in officer.barred
    ):
        detail = f"您应回避 {state.entity} / you are recused from this entity"
        raise DomainError("recused", detail)
