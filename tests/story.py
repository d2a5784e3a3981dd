"""A story told to the domain: given these acts, when this act, then these events. No database, no clock, no keys on disk."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from domain.decisions import decide
from domain.draw_commands import (
    BringCommitment,
    CommitDraw,
    CoverDraw,
    PrepareDraw,
    PrepareReplacement,
    RevealSource,
)
from domain.facts import Actor, Command, Context, Fact, Judgement, Recorded
from domain.genesis import LedgerOpened
from domain.history import History
from domain.inspection_commands import (
    CheckIn,
    CheckOut,
    ConfirmResult,
    EnterResult,
    ItemResult,
    PublishResult,
    ReviewResult,
)
from domain.inspection_state import Inspection
from domain.item_versions import ItemDetails
from domain.items import AddItem, ClaimItem, PublishItem, ReviewItem
from domain.judgements import standing
from domain.lottery.entropy import witness_commit
from domain.organisation import AddDepartment, AddStaff
from domain.personnel_commands import DeclareRecusal
from domain.plan import CollatePlan, DraftPlan, PublishPlan, ReviewPlan
from domain.plan_rows import DepartmentItems, DrawTerms, PlanRow, Scope, StratumRatio
from domain.registry_commands import (
    AddEntity,
    AddOfficer,
    ConfirmChange,
    EntityDetails,
    OfficerDetails,
)
from domain.registry_state import Entity
from domain.replacement_commands import Declare
from domain.task import ConfirmTask, OpenTask
from domain.team_terms import TeamTerms
from ledger.prover import CHECKS, HeldKeys
from ledger.vrf import keypair
from tests.signers import Signer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.draw_commands import AnyDrawCommand, Seat, Stage
    from domain.organisation import Role
    from domain.registry_commands import Registry

VRF_SECRET, VRF_PUBLIC = keypair(sha256(b"story").digest())
PROVER = HeldKeys({VRF_PUBLIC: VRF_SECRET})
SYSTEM = Actor(id="system", role="system")
NOW = 0  # the version of a judgement whose person looks at the moment of the act
# One person for each role of the education bureau, and who the others are.
PEOPLE: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("admin", "edu", ("administrator",)),
    ("registrar1", "edu", ("registrar",)),
    ("registrar2", "edu", ("registrar",)),
    ("clerk-edu", "edu", ("clerk",)),
    ("clerk-market", "market", ("clerk",)),
    ("clerk-labour", "labour", ("clerk",)),
    ("reviewer1", "edu", ("reviewer",)),
    ("operator", "edu", ("draw_operator",)),
    ("witness1", "market", ("witness",)),
    ("witness2", "edu", ("witness",)),
    ("approver1", "edu", ("approver",)),
    ("discipline1", "edu", ("discipline",)),
    *((f"E{n}", "edu", ("officer",)) for n in range(1, 7)),
    *((f"M{n}", "market", ("officer",)) for n in range(1, 7)),
)
ITEMS = (("I-EDU", "edu"), ("I-MARKET", "market"))


def looked(command: Command, history: History) -> Command:
    """Whoever judges what is there now looks first; every other command stays as it is."""
    if isinstance(command, Judgement) and command.version == NOW:
        return replace(command, version=standing(command.stream, history))
    return command


def nonce_of(draw_id: str, who: str) -> bytes:
    """The secret number that a witness of a story brings."""
    return sha256(f"{draw_id}/{who}".encode()).digest()


def terms(**changes: Any) -> DrawTerms:  # noqa: ANN401 - any field
    """Two witnesses, and everything disclosed at once."""
    fields: dict[str, Any] = {
        "beacons": (),
        "lotteries": (),
        "witnesses": 2,
        "margin_minutes": 60,
        "disclosure": "at-once",
    }
    return DrawTerms(**{**fields, **changes})


def scope(**changes: Any) -> Scope:  # noqa: ANN401 - any field
    """All training institutions."""
    fields: dict[str, Any] = {
        "text": "校外培训机构",
        "kinds": ("校外培训机构",),
        "tags": (),
        "areas": (),
        "credit_classes": (),
    }
    return Scope(**{**fields, **changes})


def team_terms(**changes: Any) -> TeamTerms:  # noqa: ANN401 - any field
    """One officer of each department that has items, without limits."""
    fields: dict[str, Any] = {
        "needs": (),
        "experts": (),
        "max_visits": None,
        "area": "any",
        "told_on": None,
    }
    return TeamTerms(**{**fields, **changes})


def plan_row(**changes: Any) -> PlanRow:  # noqa: ANN401 - any field of the row
    """A row like 联2024026, made small; a labour bureau joins without an item."""
    fields: dict[str, Any] = {
        "number": "联2024026",
        "name": "2024年清河县部门联合抽查026",
        "task_number": "联026",
        "task_name": "校外培训机构部门联合随机抽查",
        "type": "定向",
        "ratio": (10, 100),
        "at_least": True,
        "stratify": ("credit_class",),
        "ratios": (
            StratumRatio(kind=None, credit_class="A", ratio=(5, 100)),
            StratumRatio(kind=None, credit_class="D", ratio=(50, 100)),
        ),
        "min_per_stratum": 0,
        "items": (
            DepartmentItems(department="edu", items=("I-EDU",)),
            DepartmentItems(department="market", items=("I-MARKET",)),
        ),
        "scope": scope(),
        "lead": "edu",
        "joint": ("market", "labour"),
        "window_from": "2024-06-01",
        "window_to": "2024-08-31",
        "visit_cap": 1,
        "entities_draw": terms(),
        "officers_draw": terms(),
        "training": None,
        "team": team_terms(),
    }
    return PlanRow(**{**fields, **changes})


def details_of(number: int, **changes: Any) -> EntityDetails:  # noqa: ANN401 - any field
    """Made-up details of a training institution."""
    fields: dict[str, Any] = {
        "name": f"示例培训机构{number}",
        "kind": "校外培训机构",
        "tags": (),
        "credit_class": "ABCD"[number % 4],
        "area": "示例镇",
        "address": f"示例路{number}号",
    }
    return EntityDetails(**{**fields, **changes})


def entity_id(number: int) -> str:
    """A school code, which has no check digit to compute."""
    return f"school:{1300000000 + number}"


@dataclass
class Story:
    """A history that grows by acts; `now` is the day on which they happen, `signer` who signs them, if anybody does."""

    history: History = field(default_factory=History)
    now: str = "2024-06-03T01:00:00.000Z"
    checkpointed: int | None = None
    facts: list[Fact] = field(default_factory=list)
    recorded: list[Recorded] = field(default_factory=list)
    signer: Signer | None = None

    def record(self, fact: Fact, actor: Actor) -> None:
        """Fold a fact as the ledger would hand it back."""
        recorded = Recorded(
            leaf=self.history.size,
            stream=fact.stream,
            version=self.history.version(fact.stream) + 1,
            recorded_at=self.now,
            actor=actor,
            command_id="00000000-0000-4000-8000-000000000000",
            event=fact.event,
        )
        self.history.apply(recorded)
        self.facts.append(fact)
        self.recorded.append(recorded)

    def decide(self, who: str, role: str, command: Command) -> tuple[Fact, ...]:
        """Ask what would follow, without recording it."""
        size, signer = self.history.size, self.signer_of(who)
        context = Context(
            actor=Actor(id=who, role=role),
            now=self.now,
            position=size,
            checkpointed=size if self.checkpointed is None else self.checkpointed,
            prove=PROVER.prove,
            checks=CHECKS,
            signed_by=signer.public_key if signer else None,
        )
        return decide(self.history, looked(command, self.history), context)

    def signer_of(self, who: str) -> Signer | None:  # noqa: ARG002 - for who signs by themselves
        """Who signs what somebody does."""
        return self.signer

    def act(self, who: str, role: str, *commands: Command) -> tuple[object, ...]:
        """Let somebody act, and answer the events."""
        events: list[object] = []
        for command in commands:
            for fact in self.decide(who, role, command):
                self.record(fact, Actor(id=who, role=role))
                events.append(fact.event)
        return tuple(events)

    def cover(self, draw_id: str) -> None:
        """Note the checkpoint that followed the commitment, as the program does."""
        size = self.history.size if self.checkpointed is None else self.checkpointed
        self.act("system", "system", CoverDraw(draw_id=draw_id, checkpoint=size))


def opened(now: str = "2024-01-05T01:00:00.000Z") -> Story:
    """Give a story with a ledger, three departments and their people."""
    story = Story(now=now)
    genesis = LedgerOpened(
        origin="example.test/story",
        vkey="example.test/story+00000000+AA==",
        service_key="00" * 32,
        vrf_key=VRF_PUBLIC.hex(),
        mode="development",
    )
    story.record(Fact(stream="ledger", event=genesis), SYSTEM)
    for id_, name, collates in (
        ("edu", "教育局", False),
        ("market", "市场监管局", True),
        ("labour", "人社局", False),
    ):
        story.act("system", "system", AddDepartment(id=id_, name=name, collates=collates))
    for number, (id_, department, roles) in enumerate(PEOPLE):
        staff = AddStaff(id=id_, department=department, roles=roles, personal={"name": "示例"})
        who, role = ("admin", "administrator") if number else ("system", "system")
        story.act(who, role, staff)
    return story


def with_registries(
    entities: Iterable[int] = range(1, 25), now: str = "2024-01-05T01:00:00.000Z"
) -> Story:
    """Give a story with published items, confirmed entities and officers."""
    story = opened(now)
    for code, department in ITEMS:
        _publish_item(story, code, department)
    for number in entities:
        add_entity(story, number)
    for id_, department, roles in PEOPLE:
        if roles == ("officer",):
            add_officer(story, id_, department)
    return story


def _publish_item(story: Story, code: str, department: str) -> None:
    details = ItemDetails(
        issuer="示例省清单",
        item_class="示例类别",
        name=f"示例事项{code}",
        subject="校外培训机构",
        category="一般",
        method="现场检查",
        body="县级",
        legal_basis="示例条例第一条",
    )
    clerk = f"clerk-{department}"
    story.act(clerk, "clerk", AddItem(code=code, details=details, source="示例清单"))
    claim = ClaimItem(
        code=code, department=department, mandate="三定方案第三条", supervision_code=""
    )
    story.act(clerk, "clerk", claim)
    story.act("reviewer1", "reviewer", ReviewItem(code=code, approve=True, remark="", version=NOW))
    story.act(clerk, "clerk", PublishItem(code=code))


def add_entity(story: Story, number: int, **changes: Any) -> None:  # noqa: ANN401 - any field
    """Register an entity; a second person confirms it."""
    id_ = entity_id(number)
    add = AddEntity(
        id=id_,
        details=details_of(number, **changes),
        source="示例名录",
        override_reason=None,
        personal={},
    )
    story.act("registrar1", "registrar", add)
    confirm_last(story, "entity", id_)


def confirm_last(story: Story, registry: Registry, id_: str) -> None:
    """A second person confirms the newest proposal."""
    version = story.history.version(f"{registry}/{id_}")
    confirm = ConfirmChange(registry=registry, id=id_, version=version)
    story.act("registrar2", "registrar", confirm)


def add_officer(story: Story, id_: str, department: str, expires: str = "2026-12-31") -> None:
    """Register an officer; a second person confirms it."""
    details = OfficerDetails(
        department=department, skills=(), certificate_expires=expires, area="示例县"
    )
    add = AddOfficer(id=id_, details=details, source="示例名录", personal={"name": "示例"})
    story.act("registrar1", "registrar", add)
    confirm_last(story, "officer", id_)


def review_plan(story: Story, year: int = 2024, *, approve: bool = True) -> ReviewPlan:
    """The review of the draft that waits."""
    version = story.history.version(f"plan/{year}")
    return ReviewPlan(
        year=year, version=version, approve=approve, remark="" if approve else "请修改"
    )


def with_plan(row: PlanRow | None = None, entities: Iterable[int] = range(1, 25)) -> Story:
    """Give a story whose plan, that of the year of its row, is published."""
    row = row or plan_row()
    return publish_plan(
        with_registries(entities, f"{row.window_from[:4]}-01-05T01:00:00.000Z"), row
    )


def publish_plan(story: Story, row: PlanRow) -> Story:
    """Bring a plan of one row from its draft to its publication."""
    year = int(row.window_from[:4])
    draft = DraftPlan(
        year=year,
        title="2024年度抽查计划",
        document_number="示例〔2024〕1号",
        issuer="edu",
        rows=(row,),
    )
    story.act("clerk-edu", "clerk", draft)
    story.act("reviewer1", "reviewer", review_plan(story, year))
    story.act("clerk-market", "clerk", CollatePlan(year=year))
    story.act("clerk-edu", "clerk", PublishPlan(year=year))
    return story


def with_task(row: PlanRow | None = None, entities: Iterable[int] = range(1, 25)) -> Story:
    """Give a story whose task every department has confirmed."""
    row = row or plan_row()
    return open_task(with_plan(row, entities), row)


def open_task(story: Story, row: PlanRow, *, market: tuple[str, ...] | None = None) -> Story:
    """Open the task of a published row and let every department confirm it and name all of its officers.

    Or, the market bureau, only these.
    """
    number, year = row.number, int(row.window_from[:4])
    story.now = f"{year}-06-03T01:00:00.000Z"
    story.act(
        "clerk-edu", "clerk", OpenTask(plan_number=number, plan_year=year, scheme="示例实施方案")
    )
    return confirm_task(story, row, market=market)


def confirm_task(story: Story, row: PlanRow, *, market: tuple[str, ...] | None = None) -> Story:
    """Let every department confirm an opened task and name all of its officers, or the market bureau only these."""
    number = row.number
    everybody = {letter: tuple(f"{letter}{n}" for n in range(1, 7)) for letter in "EM"}
    for department, items, officers in (
        ("edu", ("I-EDU",), everybody["E"]),
        ("market", ("I-MARKET",), market or everybody["M"]),
        ("labour", (), ()),
    ):
        if department not in row.departments:
            continue
        confirm = ConfirmTask(
            plan_number=number,
            department=department,
            items=items,
            officers=officers,
            statement="" if items else "无本部门事项，派员协助",
        )
        story.act(f"clerk-{department}", "clerk", confirm)
    return story


def draw_both(story: Story) -> Story:
    """Draw entities and officers."""
    stages: tuple[Stage, ...] = ("entities", "officers")
    for stage in stages:
        reveal_draw(story, commit_draw(story, stage))
    return story


def commit_draw(
    story: Story,
    stage: Stage,
    serial: int = 1,
    task: str = "联2024026",
    seat: Seat | None = None,
) -> str:
    """Carry a draw up to its commitment, and answer its id."""
    draw_id = f"{task}.{stage}.{serial}"
    witnesses = ("witness1", "witness2")
    prepare: AnyDrawCommand
    if stage == "replacement":
        assert seat is not None
        prepare = PrepareReplacement(draw_id=draw_id, seat=seat, witnesses=witnesses, lotteries=())
    else:
        prepare = PrepareDraw(
            draw_id=draw_id, task=task, stage=stage, witnesses=witnesses, lotteries=()
        )
    story.act("operator", "draw_operator", prepare)
    for who in witnesses:
        commit = witness_commit(nonce_of(draw_id, who)).hex()
        story.act(who, "witness", BringCommitment(draw_id=draw_id, commit=commit))
    story.act("operator", "draw_operator", CommitDraw(draw_id=draw_id))
    story.cover(draw_id)
    return draw_id


def reveal_draw(story: Story, draw_id: str) -> None:
    """Let both witnesses open their numbers."""
    for who in ("witness1", "witness2"):
        nonce = nonce_of(draw_id, who).hex()
        story.act(who, "witness", RevealSource(draw_id=draw_id, nonce=nonce))


def with_inspections(row: PlanRow | None = None) -> Story:
    """Give a story in which entities and officers are drawn."""
    return draw_both(with_task(row))


def recuse_all(story: Story, letter: str) -> None:
    """Let all officers of a department recuse themselves from every entity."""
    for n in range(1, 7):
        for entity in story.history.all(Entity):
            id_ = f"{letter}{n}"
            story.act(id_, "officer", DeclareRecusal(id=id_, entity=entity.id, reason="示例"))


def declare(story: Story, inspection: str, officers: Iterable[str]) -> None:
    """Let officers say that nothing biases them."""
    for officer in officers:
        story.act(officer, "officer", Declare(inspection=inspection, conflict=False, reason=""))


def visit(story: Story, inspection: str, officers: tuple[str, ...]) -> None:
    """Let the officers declare that nothing biases them, check in and out."""
    declare(story, inspection, officers)
    for officer in officers:
        story.act(officer, "officer", CheckIn(inspection=inspection))
    for officer in officers:
        story.act(officer, "officer", CheckOut(inspection=inspection))


def clean_result(inspection: str) -> EnterResult:
    """A result that found nothing on both items."""
    items = tuple(
        ItemResult(
            item=code,
            checked=True,
            category="no-problem-found",
            finding="",
            disposal="none",
            method="on-site",
        )
        for code, _ in ITEMS
    )
    return EnterResult(inspection=inspection, category="no-problem-found", items=items)


def publish(story: Story, inspection: str, officers: tuple[str, ...]) -> None:
    """Carry an inspection from its visit to its published result."""
    visit(story, inspection, officers)
    story.act(officers[0], "officer", clean_result(inspection))
    story.act(officers[1], "officer", ConfirmResult(inspection=inspection, version=NOW))
    story.act(
        "reviewer1",
        "reviewer",
        ReviewResult(inspection=inspection, approve=True, remark="", version=NOW),
    )
    story.act("clerk-edu", "clerk", PublishResult(inspection=inspection))


def with_problem() -> tuple[Story, str, tuple[str, ...]]:
    """Give a story with an approved result that states a problem on the first of its two items, its id and its officers."""
    story = with_inspections()
    inspection = story.history.all(Inspection)[0]
    id_, officers = inspection.id, inspection.officers
    visit(story, id_, officers)
    clean = clean_result(id_)
    wrong = replace(
        clean.items[0],
        category="ordered-to-correct",
        finding="示例：灭火器过期",
        disposal="order-to-correct",
    )
    entered = replace(clean, category="ordered-to-correct", items=(wrong, clean.items[1]))
    story.act(officers[0], "officer", entered)
    story.act(officers[1], "officer", ConfirmResult(inspection=id_, version=NOW))
    story.act(
        "reviewer1", "reviewer", ReviewResult(inspection=id_, approve=True, remark="", version=NOW)
    )
    return story, id_, officers
