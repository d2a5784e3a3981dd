"""Who may act on an inspection, at every step of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import DomainError
from domain.organisation import Staff
from domain.registry_state import Officer
from domain.rules import china_date

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
