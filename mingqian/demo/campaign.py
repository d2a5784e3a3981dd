"""One task, from its opening to its completion, as the plan row wants it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mingqian.demo import follow_up, telling
from mingqian.demo.drawing import Event, LotteryDay, draw, draw_and_void
from mingqian.demo.people import DISCIPLINE, PREFIX_OF, clerk
from mingqian.demo.substitutes import (
    Falling,
    declare_all,
    declare_substitutes,
    replace_by_lot,
)
from mingqian.demo.visit import Visit, correct, hold

if TYPE_CHECKING:
    from mingqian.demo.county import County, OfficerLine
    from mingqian.demo.year import Stage

Body = dict[str, Any]
OFFICERS_EACH = 5
STATEMENT = "本部门无单列抽查事项，参加联合检查，负责提供教职工劳动用工线索并配合后续处理（示例）"


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """The days of one task, how it is drawn, and who cannot go in the end.

    `lottery` is the issue that the draw of entities waits for, `void_first` lets the first such draw be voided, as
    happens in real offices, and `on_paper` is the witness of the officers' draw who has no computer. On `declared` the
    officers say whether anything could bias them.
    """

    row: Body
    opened: str
    trained: str
    drawn: str
    declared: str
    falling: Falling
    lottery: LotteryDay | None = None
    void_first: bool = False
    on_paper: str | None = None
    corrected: int | None = None

    @property
    def number(self) -> str:
        """The plan number."""
        return str(self.row["number"])

    @property
    def kept_back(self) -> bool:
        """Whether the lists are public only when the visits have begun."""
        return bool(self.row["entities_draw"]["disclosure"] == "with-inspection")

    @property
    def departments(self) -> tuple[str, ...]:
        """Lead first."""
        return (self.row["lead"], *self.row["joint"])

    def items_of(self, department: str) -> list[str]:
        """The items that the plan gives a department."""
        found = [own["items"] for own in self.row["items"] if own["department"] == department]
        return found[0] if found else []

    def skills_of(self, department: str) -> set[str]:
        """The skills that the plan wants of the officers of a department."""
        needs = self.row["team"]["needs"]
        return {
            skill for own in needs if own["department"] == department for skill in own["skills"]
        }

    def officers_of(self, department: str, county: County) -> list[OfficerLine]:
        """The officers whom a department names: it sees whose certificate outlasts the window and who can do what is wanted."""
        if not self.items_of(department):
            return []
        able = [
            officer
            for officer in county.officers
            if officer.id.startswith(PREFIX_OF[department])
            and officer.certificate_expires >= self.row["window_to"]
            and self.skills_of(department) <= set(officer.skills)
        ]
        return able[:OFFICERS_EACH]


def play(stage: Stage, campaign: Campaign) -> None:
    """Play one task from beginning to end."""
    _open(stage, campaign)
    _recuse(stage, campaign)
    entities_draw = _draw_entities(stage, campaign)
    stage.clock.pass_time(minutes=30)
    draw(stage, Event(task=campaign.number, of="officers", on_paper=campaign.on_paper))
    stage.clock.move_to(campaign.declared)
    visits = _visits(stage, campaign)
    if campaign.kept_back:
        _look(stage, entities_draw, visits[0].officers[0])
    visits = _settle_teams(stage, campaign, visits)
    for number, visit in enumerate(visits):
        hold(stage, visit, number)
    follow_up.follow(stage, campaign.row["lead"], campaign.number)
    if campaign.corrected is not None:
        correct(stage, visits[campaign.corrected])
    stage.clock.next_working_day("16:00")
    stage.desk.act(clerk(campaign.row["lead"]), "task.complete", plan_number=campaign.number)


def _open(stage: Stage, campaign: Campaign) -> None:
    desk, row = stage.desk, campaign.row
    stage.clock.move_to(campaign.opened)
    telling.publish_scheme(stage, row)
    scheme = f"见《{row['task_name']}实施方案》，{telling.scheme_number(row)}"
    desk.act(
        clerk(row["lead"]), "task.open", plan_number=row["number"], plan_year=2024, scheme=scheme
    )
    named = {one: campaign.officers_of(one, stage.county) for one in campaign.departments}
    if row["training"]:
        stage.clock.move_to(campaign.trained)
        attending = [one.id for own in named.values() for one in own]
        telling.train(stage, campaign.number, row["training"], campaign.trained, attending)
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


def _draw_entities(stage: Stage, campaign: Campaign) -> str:
    stage.clock.move_to(campaign.drawn)
    if not campaign.void_first:
        return draw(stage, Event(task=campaign.number, of="entities", lottery=campaign.lottery))
    draw_and_void(stage, Event(task=campaign.number, of="entities"))
    stage.clock.next_working_day()
    return draw(stage, Event(task=campaign.number, of="entities", serial=2))


def _recuse(stage: Stage, campaign: Campaign) -> None:
    """Before the list is fixed, an officer of the lead department who has a relative at a place in scope says so."""
    kinds = campaign.row["scope"]["kinds"]
    entity = next(one.id for one in stage.county.entities if one.kind in kinds)
    officer = campaign.officers_of(campaign.row["lead"], stage.county)[0].id
    reason = "近亲属在该单位任职（示例）"
    stage.desk.act(officer, "officer.declare-recusal", id=officer, entity=entity, reason=reason)


def _look(stage: Stage, entities_draw: str, officer: str) -> None:
    """Before the list is public, somebody who carries a visit out and the discipline office read it; each look is on record."""
    for who in (officer, DISCIPLINE):
        stage.clock.pass_time(minutes=20)
        stage.desk.read_all(who, f"/draws/{entities_draw}/members", part="drawn")


def _settle_teams(stage: Stage, campaign: Campaign, before: list[Visit]) -> list[Visit]:
    """Everybody declares, and who cannot go is replaced; answers the visits as they will be held."""
    declare_all(stage, before, campaign.falling)
    replace_by_lot(stage, before[0], campaign.falling)
    now = _visits(stage, campaign)
    declare_substitutes(stage, before, now)
    return now


def _visits(stage: Stage, campaign: Campaign) -> list[Visit]:
    """The visits with their teams as they are now, by id.

    The lead department's clerk sees all, or each officer the own ones where they are kept back.
    """
    lead = campaign.row["lead"]
    readers = [clerk(lead)]
    if campaign.kept_back:
        readers = [
            one.id
            for each in campaign.departments
            for one in campaign.officers_of(each, stage.county)
        ]
    rows = {
        row["id"]: row
        for reader in readers
        for row in stage.desk.read_all(reader, "/inspections", task=campaign.number)
    }
    by_id = {entity.id: entity for entity in stage.county.entities}
    items = {own["department"]: tuple(own["items"]) for own in campaign.row["items"]}
    return [
        Visit(
            id=row["id"],
            task=campaign.number,
            lead=lead,
            # Where the list is kept back, a clerk does not know yet who is visited.
            notified_by=row["officers"][0] if campaign.kept_back else clerk(lead),
            entity=by_id[row["entity"]],
            officers=tuple(row["officers"]),
            items=items,
        )
        for _, row in sorted(rows.items())
    ]
