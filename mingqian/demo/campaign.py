"""One task, from its opening to its completion, as the plan row wants it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mingqian.demo.drawing import draw, void
from mingqian.demo.people import DEPARTMENTS, PREFIX_OF, REGISTRAR, clerk
from mingqian.demo.visit import Visit, hold, verify_corrections
from mingqian.demo.year import confirm_all

if TYPE_CHECKING:
    from mingqian.demo.county import OfficerLine
    from mingqian.demo.year import Stage

Body = dict[str, Any]
OFFICERS_EACH = 5
STATEMENT = "本部门无单列抽查事项，参加联合检查，负责提供教职工劳动用工线索并配合后续处理（示例）"


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """The days of one task. `void_first` lets the first draw of entities be voided, as happens in real offices."""

    row: Body
    opened: str
    trained: str
    drawn: str
    visits_from: str
    void_first: bool = False

    @property
    def number(self) -> str:
        """The plan number."""
        return str(self.row["number"])

    @property
    def departments(self) -> tuple[str, ...]:
        """Lead first."""
        return (self.row["lead"], *self.row["joint"])

    def items_of(self, department: str) -> list[str]:
        """The items that the plan gives a department."""
        found = [own["items"] for own in self.row["items"] if own["department"] == department]
        return found[0] if found else []


def play(stage: Stage, campaign: Campaign) -> None:
    """Play one task from beginning to end."""
    _open(stage, campaign)
    entities_draw = _draw_entities(stage, campaign)
    _recuse(stage, campaign, entities_draw)
    stage.clock.pass_time(minutes=30)
    draw(stage, campaign.number, "officers", serial=1)
    stage.clock.move_to(campaign.visits_from)
    visits = _visits(stage, campaign)
    for number, visit in enumerate(visits):
        hold(stage, visit, number)
    verify_corrections(stage, visits)
    stage.clock.next_working_day("16:00")
    stage.desk.act(clerk(campaign.row["lead"]), "task.complete", plan_number=campaign.number)


def _open(stage: Stage, campaign: Campaign) -> None:
    desk, row = stage.desk, campaign.row
    stage.clock.move_to(campaign.opened)
    names = "、".join(DEPARTMENTS[one] for one in campaign.departments)
    scheme = (
        f"《{row['task_name']}实施方案》（示例）：由{names}联合实施；按计划比例随机抽取检查对象和执法检查人员，"
        f"{row['window_from']} 至 {row['window_to']} 完成，结果在 20 个工作日内公示。"
    )
    desk.act(
        clerk(row["lead"]), "task.open", plan_number=row["number"], plan_year=2024, scheme=scheme
    )
    named = {one: _officers(stage, campaign, one) for one in campaign.departments}
    if row["training"]:
        stage.clock.move_to(campaign.trained)
        courses = [
            (
                "officer.record-training",
                {"id": officer.id, "course": row["training"], "on": campaign.trained},
            )
            for officers in named.values()
            for officer in officers
        ]
        desk.batch(REGISTRAR, *courses)
        confirm_all(stage)
    for department, officers in named.items():
        stage.clock.pass_time(minutes=20)
        items = campaign.items_of(department)
        desk.act(
            clerk(department),
            "task.confirm",
            plan_number=row["number"],
            department=department,
            items=items,
            officers=[officer.id for officer in officers],
            statement="" if items else STATEMENT,
        )


def _officers(stage: Stage, campaign: Campaign, department: str) -> list[OfficerLine]:
    """The officers whom a department names: it sees whose certificate outlasts the window."""
    if not campaign.items_of(department):
        return []
    able = [
        officer
        for officer in stage.county.officers
        if officer.id.startswith(PREFIX_OF[department])
        and officer.certificate_expires >= campaign.row["window_to"]
    ]
    return able[:OFFICERS_EACH]


def _draw_entities(stage: Stage, campaign: Campaign) -> str:
    stage.clock.move_to(campaign.drawn)
    if not campaign.void_first:
        return draw(stage, campaign.number, "entities", serial=1)
    void(stage, draw(stage, campaign.number, "entities", serial=1, disclose=False))
    stage.clock.next_working_day()
    return draw(stage, campaign.number, "entities", serial=2)


def _recuse(stage: Stage, campaign: Campaign, entities_draw: str) -> None:
    """An officer of the lead department has a relative at the first place that was drawn."""
    officer = _officers(stage, campaign, campaign.row["lead"])[0].id
    drawn = stage.desk.read_all(officer, f"/draws/{entities_draw}/members", part="drawn")
    stage.desk.act(
        officer,
        "officer.declare-recusal",
        id=officer,
        entity=drawn[0]["entity"],
        reason="近亲属在该单位任职（示例）",
    )


def _visits(stage: Stage, campaign: Campaign) -> list[Visit]:
    rows = stage.desk.read_all(clerk(campaign.row["lead"]), "/inspections", task=campaign.number)
    by_id = {entity.id: entity for entity in stage.county.entities}
    items = [code for own in campaign.row["items"] for code in own["items"]]
    return [
        Visit(
            id=row["id"],
            task=campaign.number,
            lead=campaign.row["lead"],
            entity=by_id[row["entity"]],
            officers=tuple(row["officers"]),
            items=tuple(items),
        )
        for row in rows
    ]
