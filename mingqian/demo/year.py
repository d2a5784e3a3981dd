"""The year up to the published plan: people, registries, items, plan. January to March."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mingqian.demo import plan
from mingqian.demo.clock import StoryClock
from mingqian.demo.county import County
from mingqian.demo.desk import Desk
from mingqian.demo.items import ITEMS
from mingqian.demo.people import (
    ADMINISTRATOR,
    COLLATES,
    DEPARTMENTS,
    PREFIX_OF,
    REGISTRAR,
    STAFF,
    TEAM_OF,
    Person,
    clerk,
    reviewer,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from api.imports import RegistryKind

Body = dict[str, Any]
REGISTRIES: dict[RegistryKind, str] = {
    "entities": "entity",
    "officers": "officer",
    "experts": "expert",
}
MERGED = "示例第五小学"
EXEMPTED = "示例第三幼儿园"
DECISION = "清教免〔2024〕1号（示例）"  # 整体搬迁，一学年内免予抽查

# The only one that no class was given to, so a rule with a quota for each class is sure to draw it.
RELATED, FORMER_EMPLOYER = "JY003", "示例二十五号英语培训学校"
ON_LEAVE = "SC002"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What every scene of the story has at hand."""

    desk: Desk
    clock: StoryClock
    county: County
    tell_overdue: Callable[[], None]  # what the service does every hour by itself


def set_up(stage: Stage) -> None:
    """January: the administrator enters departments and people, officers included."""
    departments = [
        ("department.add", {"id": id_, "name": name, "collates": id_ == COLLATES})
        for id_, name in DEPARTMENTS.items()
        if id_ != "education"  # stands since the service was set up
    ]
    officers = [
        Person(id=officer.id, department=TEAM_OF[officer.id[:2]], roles=("officer",))
        for officer in stage.county.officers
    ]
    staff = [
        (
            "staff.add",
            {
                "id": person.id,
                "department": person.department,
                "roles": list(person.roles),
                "personal": {"name": f"示例人员{person.id}"},
            },
        )
        for person in (*STAFF, *officers)
    ]
    stage.desk.batch(ADMINISTRATOR, *departments, *staff)


def fill_registries(stage: Stage, files: Mapping[RegistryKind, Path]) -> None:
    """February: Excel files in, a second person confirms; some entries are suspended, some were visited already."""
    desk = stage.desk
    stage.clock.move_to("2024-02-05")
    for kind in REGISTRIES:
        desk.import_file(REGISTRAR, kind, files[kind])
    confirm_all(stage)
    stage.clock.pass_time(minutes=40)
    suspended = [
        ("registry.suspend", {"registry": "entity", "id": one.id, "reason": "停办整合中（示例）"})
        for one in stage.county.entities
        if one.suspended
    ]
    desk.batch(REGISTRAR, *suspended)
    confirm_all(stage)


def record_visits(stage: Stage) -> None:
    """May: inspections that were held outside this ledger count for the visit cap."""
    stage.clock.move_to("2024-05-06")
    visits = [
        (
            "entity.record-visit",
            {"id": one.id, "on": one.visited, "reference": "省平台检查记录（示例）"},
        )
        for one in stage.county.entities
        if one.visited
    ]
    stage.desk.batch(REGISTRAR, *visits)
    confirm_all(stage)


def change_after_publication(stage: Stage) -> None:
    """May: a school is merged away, a kindergarten exempted by a decision; both stay in sight among the exclusions."""
    stage.clock.move_to("2024-05-20")
    by_name = {one.name: one for one in stage.county.entities}
    merged, exempted = by_name[MERGED], by_name[EXEMPTED]
    change = {
        "id": merged.id,
        "details": {
            "name": merged.name,
            "kind": "教学点",
            "tags": list(merged.tags),
            "credit_class": merged.credit_class,
            "area": merged.area,
            "address": merged.address,
        },
        "reason": "撤并为教学点（示例）",
        "personal": {"contact": merged.contact, "telephone": merged.telephone},
    }
    exemption = {
        "id": exempted.id,
        "decision": DECISION,
        "valid_from": "2024-09-01",
        "valid_to": "2025-08-31",
    }
    stage.desk.batch(REGISTRAR, ("entity.change", change), ("entity.exempt", exemption))
    confirm_all(stage)


def note_people(stage: Stage) -> None:
    """May: the registrar notes a leave and a relation; once a second person confirmed them, no draw sends these officers."""
    stage.clock.move_to("2024-05-27")
    entity = next(one.id for one in stage.county.entities if one.name == FORMER_EMPLOYER)
    relation = {
        "registry": "officer",
        "id": RELATED,
        "entity": entity,
        "relation": "worked-there",
        "detail": "2022 年以前在该校任教（示例）",
    }
    leave = {"id": ON_LEAVE, "first": "2024-06-24", "last": "2024-11-30", "reason": "产假（示例）"}
    stage.desk.batch(
        REGISTRAR, ("registry.record-relation", relation), ("officer.record-leave", leave)
    )
    confirm_all(stage)


def confirm_all(stage: Stage) -> None:
    """A second person looks at everything that waits and confirms it."""
    stage.clock.pass_time(minutes=90)
    checker = reviewer("education")
    waiting = [
        (
            "registry.confirm",
            {"registry": name, "id": row["id"], "version": row["pending"]["version"]},
        )
        for kind, name in REGISTRIES.items()
        for row in stage.desk.read_all(checker, f"/registries/{kind}", pending="true")
    ]
    stage.desk.batch(checker, *waiting)


def publish_items(stage: Stage, file: Path) -> None:
    """February: the list is taken over, each department claims its own, a reviewer approves, it is published."""
    desk, clock = stage.desk, stage.clock
    clock.move_to("2024-02-19")
    desk.import_file(clerk("education"), "items", file)
    for department in PREFIX_OF:
        own = [item.code for item in ITEMS if item.department == department]
        if not own:
            continue
        clock.pass_time(minutes=30)
        mandate = f"{DEPARTMENTS[department]}职能配置、内设机构和人员编制规定（示例）"
        claim = {"department": department, "mandate": mandate, "supervision_code": ""}
        claims = (("item.claim", {"code": code, **claim}) for code in own)
        claimed = desk.batch(clerk(department), *claims)
        clock.pass_time(minutes=30)
        review = {"approve": True, "remark": ""}
        reviews = (
            ("item.review", {"code": code, "version": read["version"], **review})
            for code, read in zip(own, claimed, strict=True)
        )
        desk.batch(reviewer(department), *reviews)
        clock.pass_time(minutes=30)
        desk.batch(clerk(department), *(("item.publish", {"code": code}) for code in own))


def publish_plan(stage: Stage) -> None:
    """March: drafted, returned once, drafted again, approved, collated by the market bureau, published."""
    desk, clock = stage.desk, stage.clock
    drafter, checker = clerk("education"), reviewer("education")
    clock.move_to("2024-03-04")
    draft = plan.draft(plan.FIRST_ROWS)
    read = desk.act(drafter, "plan.draft", **draft)[0]["version"]
    clock.move_to("2024-03-06")
    remark = "请与人社局核实：联2024015 列其为联合部门，但没有其抽查事项"
    desk.act(checker, "plan.review", year=plan.YEAR, version=read, approve=False, remark=remark)
    clock.move_to("2024-03-11")
    again = desk.act(drafter, "plan.draft", **draft)[0]["version"]
    clock.move_to("2024-03-12")
    _approve(stage, again, "人社局书面答复参加联合检查，任务启动时再作确认")


def amend_plan(stage: Stage) -> None:
    """May: fewer officers than in March, so each goes on fewer visits; the same ways again, and both versions stay public."""
    stage.clock.move_to("2024-05-08")
    amended = stage.desk.act(
        clerk("education"),
        "plan.amend",
        year=plan.YEAR,
        rows=list(plan.ROWS),
        reason="执法人员调整，联2024015 中每人检查次数上限由 12 次改为 10 次（示例）",
    )
    _approve(stage, amended[0]["version"], "同意调整")


def _approve(stage: Stage, version: int, remark: str) -> None:
    """Every warning is answered, the plan approved, collated and published."""
    desk, clock = stage.desk, stage.clock
    drafter, checker = clerk("education"), reviewer("education")
    for warning in desk.read(drafter, f"/plans/{plan.YEAR}")["unanswered"]:
        desk.act(
            clerk("labour"),
            "plan.answer-warning",
            year=plan.YEAR,
            version=version,
            warning=warning,
            reason="我局参加联合检查，协助查看教师聘用情况，任务启动时再作确认（示例）",
        )
    clock.pass_time(minutes=50)
    desk.act(checker, "plan.review", year=plan.YEAR, version=version, approve=True, remark=remark)
    clock.next_working_day()
    desk.act(clerk(COLLATES), "plan.collate", year=plan.YEAR)
    clock.next_working_day()
    desk.act(drafter, "plan.publish", year=plan.YEAR)
