"""Who may be drawn for a task, and for everybody else why not: officers and experts, read from history at one leaf."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from domain.lottery.assignment_input import EXPERTS
from domain.organisation import Staff
from domain.plan_rows import PlanRow
from domain.registry_commands import OfficerDetails
from domain.registry_state import Expert, Officer
from domain.training import attendance, lacking

if TYPE_CHECKING:
    from domain.history import History
    from domain.task import Task

NOT_NAMED = "not-named"  # 部门未指派参加本任务
NO_ACCOUNT = "no-account"  # 没有可以办理检查的账号
REASONS = (
    "unconfirmed",  # 入库待复核
    "suspended",  # 名录中已暂停
    "other-department",  # 部门不参加本任务，或无本部门事项
    "certificate-expires",  # 执法证在抽查时间结束前失效
    "untrained",  # 未参加任务要求的培训
    "on-leave",  # 可检查的日期均请假
    "no-speciality",  # 专家不具备所需专长
    NO_ACCOUNT,
    NOT_NAMED,
)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Somebody who may be drawn; an expert is of the department `experts`, with the specialities as skills.

    `barred` are the entities that they must not inspect. Frozen with the list of entities: whoever is recused later could
    otherwise shape, visit by visit, where fair loads send them. They are drawn, and a draw finds the substitute.
    """

    id: str
    department: str
    skills: tuple[str, ...]
    area: str
    barred: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Somebody who may not be drawn, with the first reason that applies."""

    id: str
    department: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Roster:
    """Everybody in the registries of people, each in one list, by id.

    `reserve` are those whom nothing bars but that their department did not name them.
    """

    candidates: tuple[Candidate, ...] = ()
    reserve: tuple[Candidate, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Call:
    """Who is called: for a row, on these days (first and last each), whom departments named, with which courses."""

    row: PlanRow
    days: tuple[tuple[str, str], ...]
    named: frozenset[str]
    courses: Mapping[str, str]


def roster(task: Task, history: History) -> Roster:
    """Read the registries of officers and, where the plan asks for experts, of these."""
    call = _Call(
        row=task.row,
        days=tuple((own.first, own.last) for own in task.visit_days),
        named=frozenset(task.officers),
        courses=task.courses,
    )
    return _read(call, history)


def available(row: PlanRow, history: History) -> tuple[Candidate, ...]:
    """Officers whom nothing bars from the visits of a row, before anybody is named or trained for it."""
    days = ((row.window_from, row.window_to),)
    return _read(_Call(row=row, days=days, named=frozenset(), courses={}), history).reserve


def _read(call: _Call, history: History) -> Roster:
    trained = attendance(history) if call.courses else {}
    lists: dict[str, list[Candidate]] = {"": [], NOT_NAMED: []}
    left_out: list[LeftOut] = []
    for officer in history.all(Officer):
        reason = _why_not(officer, call, trained.get(officer.id, {}), history)
        if reason in lists:
            lists[reason].append(_officer(officer))
        else:
            left_out.append(LeftOut(id=officer.id, department=_department(officer), reason=reason))
    for expert in history.all(Expert) if call.row.team.experts else ():
        reason = _why_no_expert(expert, call.row)
        if not reason:
            lists[""].append(_expert(expert))
        else:
            left_out.append(LeftOut(id=expert.id, department=EXPERTS, reason=reason))
    return Roster(
        candidates=tuple(sorted(lists[""], key=_by_id)),
        reserve=tuple(lists[NOT_NAMED]),
        left_out=tuple(sorted(left_out, key=_by_id)),
    )


def _why_not(officer: Officer, call: _Call, attended: Mapping[str, str], history: History) -> str:
    """The first reason that applies; being named comes last, so that the reserve is ready to go."""
    details = officer.details
    if details is None:
        return "unconfirmed"
    staff = history.get(Staff, officer.id)
    reasons = (
        ("suspended", officer.suspended),
        ("other-department", not call.row.items_of(details.department)),
        ("certificate-expires", details.certificate_expires < call.row.window_to),
        ("untrained", bool(lacking(call.courses, attended))),
        ("on-leave", all(officer.away(first, last) for first, last in call.days)),
        (NO_ACCOUNT, staff is None or not staff.active or "officer" not in staff.roles),
        (NOT_NAMED, officer.id not in call.named),
    )
    return next((reason for reason, applies in reasons if applies), "")


def _why_no_expert(expert: Expert, row: PlanRow) -> str:
    if expert.details is None:
        return "unconfirmed"
    if expert.suspended:
        return "suspended"
    wanted = {need.speciality for need in row.team.experts}
    return "" if wanted & set(expert.details.specialities) else "no-speciality"


def _department(officer: Officer) -> str:
    """Of the confirmed details, or those of an addition that still waits."""
    details = officer.details or (officer.pending.details if officer.pending else None)
    return details.department if isinstance(details, OfficerDetails) else ""


def _officer(officer: Officer) -> Candidate:
    assert officer.details is not None
    return Candidate(
        id=officer.id,
        department=officer.details.department,
        skills=officer.details.skills,
        area=officer.details.area,
        barred=officer.barred,
    )


def _expert(expert: Expert) -> Candidate:
    assert expert.details is not None
    return Candidate(
        id=expert.id,
        department=EXPERTS,
        skills=expert.details.specialities,
        area="",
        barred=expert.barred,
    )


def _by_id(one: Candidate | LeftOut) -> bytes:
    return one.id.encode()


def still_fit(frozen: tuple[Candidate, ...], now: Roster) -> list[Candidate]:
    """Those of a frozen list who did not leave since, each with the skills that they have then and now.

    Whoever only lost the account did not leave: one administrator would otherwise shape the list alone.
    """
    today = {one.id: one for one in (*now.candidates, *now.reserve)}
    without_account = {one.id for one in now.left_out if one.reason == NO_ACCOUNT}
    kept = [one for one in frozen if one.id in without_account]
    for one in frozen:
        known = today.get(one.id)
        if known is not None and known.department == one.department:
            skills = tuple(skill for skill in one.skills if skill in known.skills)
            kept.append(replace(one, skills=skills))
    return sorted(kept, key=_by_id)


def barred(id_: str, department: str, history: History) -> frozenset[str]:
    """The entities that somebody must not inspect: declared recusals and recorded relations."""
    person: Officer | Expert | None
    person = history.get(Expert, id_) if department == EXPERTS else history.get(Officer, id_)
    return person.barred if person is not None else frozenset()
