"""A service in which something of everything has happened, so that no list of it is empty."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, get_args
from unittest.mock import patch

from domain.appointment_state import ProposeAppointment
from domain.batches import ConfirmBatch, Proposal, UndoBatch
from domain.checklists import DraftChecklist, Point, ReviewChecklist
from domain.classification import SetVocabulary, Tag, TagEntry
from domain.draw_commands import ApproveVoid, RequestVoid, Seat
from domain.entity_records import RateCredit, RecordLicence
from domain.follow_up_commands import OrderCorrection, VerifyCorrection
from domain.inspection_commands import (
    ConfirmResult,
    EnterResult,
    ItemResult,
    Notify,
    PublishResult,
    ReviewResult,
)
from domain.item_versions import ItemDetails, ReviseItem
from domain.items import AddItem
from domain.organisation import AddStaff, ChangeStaffRoles, Role, SuspendStaff
from domain.other_checks import RecordOtherCheck
from domain.personnel_commands import (
    DeclareRecusal,
    RecordLeave,
    RecordRelation,
    RecordTraining,
)
from domain.plan import AmendPlan, CollatePlan, PublishPlan
from domain.plan_answers import AnswerWarning
from domain.plan_checks import PlanWarning
from domain.plan_standards import DEFAULT
from domain.publicity import RecordPublicity
from domain.reconciliation import DecideDifference, Listed, OpenReconciliation
from domain.registry_commands import (
    AddExpert,
    ConfirmChange,
    ExpertDetails,
    RecordVisit,
    RejectChange,
    Suspend,
)
from domain.replacement_commands import ApproveReplacement, Declare
from domain.schemes import (
    Contact,
    DraftScheme,
    Duty,
    PublishScheme,
    ReviewScheme,
    Scheme,
    SchemeStep,
)
from domain.subject_commands import HoldSubject, RequestErasure
from domain.task import OpenTask
from domain.training import ConfirmTrainingSession, RecordTrainingSession
from domain.visit_commands import Acknowledge, RecordPosition, WriteNotice
from tests import story
from tests.serving import HttpStory, Service, fresh_database, serving
from tests.signers import Signer
from tests.story import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domain.draw_commands import Stage
    from tests.story import Story

TASK, OTHER = "联2024026", "联2024027"
HASH = "ab" * 32
LICENCE = RecordLicence(
    id=story.entity_id(7),
    kind="示例许可证",
    number="示例1",
    issuer="示例局",
    valid_from="2022-01-01",
    expires="2024-12-31",
)
ITEM = ItemDetails(
    issuer="示例省清单",
    item_class="示例类别",
    name="示例事项",
    subject="校外培训机构",
    category="一般",
    method="现场检查",
    body="县级",
    legal_basis="示例条例第二条",
)
EVERYBODY = "everybody"  # one person who holds every role that others may hold beside it
PHOTO = b"\xff\xd8\xff\xe0 a made-up photograph"
ALONE = frozenset({"administrator", "discipline"})
# One address of each read, which the story fills.
READS = {
    "/whoami": "/whoami",
    "/registries/proposals": "/registries/proposals?registry=expert",
    "/registries/vocabulary": "/registries/vocabulary",
    "/registries/expiring": "/registries/expiring?on=2099-12-31",
    "/registries/entities/{entry_id}/credit": f"/registries/entities/{story.entity_id(5)}/credit",
    "/registries/{plural}/{entry_id}/story": f"/registries/entities/{story.entity_id(5)}/story",
    "/batches": "/batches",
    "/batches/{batch_id}": "/batches/u1",
    "/reconciliations": "/reconciliations",
    "/reconciliations/{reconciliation_id}": "/reconciliations/r1",
    "/coverage/items": "/coverage/items",
    "/tasks/{number}/items": f"/tasks/{TASK}/items",
    "/public/items": "/public/items",
    "/registries/departments": "/registries/departments",
    "/registries/departments/{entry_id}": "/registries/departments/edu",
    "/registries/staff": "/registries/staff",
    "/registries/staff/{entry_id}": "/registries/staff/clerk-labour",
    "/registries/items": "/registries/items",
    "/registries/items/{entry_id}": "/registries/items/I-EDU",
    "/registries/entities": "/registries/entities",
    "/registries/entities/{entry_id}": f"/registries/entities/{story.entity_id(3)}",
    "/registries/officers": "/registries/officers",
    "/registries/officers/{entry_id}": "/registries/officers/E1",
    "/registries/experts": "/registries/experts",
    "/registries/experts/{entry_id}": "/registries/experts/X2",
    "/subjects": "/subjects",
    "/signing-keys": "/signing-keys",
    "/plan-standards": "/plan-standards",
    "/plans/{year}": "/plans/2024",
    "/plans/{year}/revisions": "/plans/2024/revisions",
    "/appointments": "/appointments",
    "/appointments/candidates": "/appointments/candidates",
    "/other-checks": "/other-checks",
    "/schemes/{number}": f"/schemes/{TASK}",
    "/training": "/training",
    "/training/years": "/training/years",
    "/publicity": "/publicity",
    "/publicity/years": "/publicity/years",
    "/tasks": "/tasks",
    "/tasks/{number}": f"/tasks/{TASK}",
    "/tasks/{number}/officers": f"/tasks/{TASK}/officers",
    "/draws/{draw_id}/seats": f"/draws/{TASK}.officers.1/seats",
    "/draws/{draw_id}": f"/draws/{TASK}.entities.1",
    "/draws/{draw_id}/members": f"/draws/{TASK}.entities.2/members",
    "/draws/{draw_id}/bundle": f"/draws/{TASK}.entities.2/bundle",
    "/inspections": "/inspections",
    "/inspections/{inspection}": "/inspections/FIRST",
    "/inspections/{inspection}/evidence/{digest}": f"/inspections/FIRST/evidence/{sha256(PHOTO).hexdigest()}",
    "/inspections/{inspection}/statements": "/inspections/FIRST/statements",
    "/checklists": "/checklists",
    "/checklists/{item}": "/checklists/I-EDU",
    "/standard": "/standard",
    "/statistics": "/statistics",
    "/statistics/{figure}": "/statistics/inspection-completion",
    "/public/statistics": "/public/statistics",
    "/public/statistics/{figure}": "/public/statistics/drawn-a",
    "/public/plans": "/public/plans",
    "/public/plans/{year}": "/public/plans/2024",
    "/public/plans/{year}/revisions": "/public/plans/2024/revisions",
    "/public/publicity": "/public/publicity",
    "/public/schemes/{number}": f"/public/schemes/{TASK}",
    "/public/tasks": "/public/tasks",
    "/public/tasks/{number}": f"/public/tasks/{TASK}",
    "/public/draws": "/public/draws",
    "/public/draws/{draw_id}": f"/public/draws/{TASK}.replacement.1",
    "/public/draws/{draw_id}/members": f"/public/draws/{TASK}.replacement.1/members?part=excluded",
    "/public/draws/{draw_id}/bundle": f"/public/draws/{TASK}.officers.1/bundle",
    "/public/draws/{draw_id}/seats": f"/public/draws/{TASK}.officers.1/seats",
    "/public/draws/{draw_id}/entities/{entity}": f"/public/draws/{TASK}.entities.2/entities/{story.entity_id(3)}",
    "/public/draws/{draw_id}/page": f"/public/draws/{TASK}.entities.2/page",
    "/public/draws/{draw_id}/slip": f"/public/draws/{TASK}.entities.2/slip?entity={story.entity_id(3)}",
    "/public/style.css": "/public/style.css",
    "/public/verify_draw.html": "/public/verify_draw.html",
    "/public/verify_draw.py": "/public/verify_draw.py",
    "/notices": "/notices",
    "/deadlines": "/deadlines",
    "/work": "/work",
    "/accounts/me/email": "/accounts/me/email",
    "/exports/{registry}.xlsx": "/exports/entities.xlsx",
    "/public/results": "/public/results",
    "/public/results/{inspection}": "/public/results/FIRST",
    "/public/results/{inspection}/editions": "/public/results/FIRST/editions",
    "/public/documents/plans/{year}": "/public/documents/plans/2024",
    "/public/documents/schemes/{number}": f"/public/documents/schemes/{TASK}",
    "/public/documents/draws/{draw_id}": f"/public/documents/draws/{TASK}.entities.2",
    "/public/documents/results/{task}": f"/public/documents/results/{TASK}",
    "/documents/plans/{year}": "/documents/plans/2024",
    "/documents/inspections/{inspection}/notice": "/documents/inspections/FIRST/notice",
    "/documents/inspections/{inspection}/record": "/documents/inspections/FIRST/record",
    "/documents/inspections/{inspection}/result": "/documents/inspections/FIRST/result",
    "/documents/inspections/{inspection}/orders/{number}": "/documents/inspections/FIRST/orders/1",
    "/checkpoint": "/checkpoint",
    "/receipts/{leaf}": "/receipts/0",
    "/tile/{level}/{path}": "/tile/0/000.p/1",
    "/problems/{code}": "/problems/not-found",
    "/healthz": "/healthz",
    "/readyz": "/readyz",
}


@contextmanager
def filled_service(server: str, home: Path) -> Iterator[Service]:
    """A service on a database of its own, with one whole story told to it over HTTP."""
    with fresh_database(server) as dsn, serving(dsn, home) as running:
        with patch.object(story, "Story", partial(HttpStory, running)):
            told = story.with_task()
        _registries(told)
        _planning(told)
        signer = Signer(staff="clerk-edu", origin=running.parts.ledger.origin)
        told.act("clerk-edu", "clerk", signer.enrolment())
        _checklist(told)
        _draws(told)
        _inspections(running, told)
        _another_task(running, told)
        yield running


def _registries(told: Story) -> None:
    roles = tuple(role for role in get_args(Role) if role not in ALONE)
    everybody = AddStaff(id=EVERYBODY, department="edu", roles=roles, personal={"name": "示例"})
    told.act("admin", "administrator", everybody)
    other = ChangeStaffRoles(id="E6", roles=("officer", "reviewer"), reason="示例：兼任")
    told.act("admin", "administrator", other, SuspendStaff(id="clerk-labour", reason="示例：离职"))
    for id_ in ("X1", "X2"):
        details = ExpertDetails(organisation="示例大学", specialities=("教育",))
        add = AddExpert(id=id_, details=details, source="示例", personal={"name": "示例"})
        told.act("registrar1", "registrar", add)
    told.act("registrar2", "registrar", ConfirmChange(registry="expert", id="X1", version=1))
    _entities(told)
    _at_once(told)
    training = RecordTraining(id="E1", course="示例培训", on="2024-03-01")
    told.act("registrar1", "registrar", training)
    told.act("registrar2", "registrar", ConfirmChange(registry="officer", id="E1", version=3))
    recusal = DeclareRecusal(id="E1", entity=story.entity_id(1), reason="示例：亲属")
    told.act("E1", "officer", recusal)
    _people(told)
    _subjects(told)


def _checklist(told: Story) -> None:
    """One holds, and another draft of it waits."""
    draft = DraftChecklist(item="I-EDU", points=(Point(id="p1", text="示例要点", basis=""),))
    told.act("clerk-edu", "clerk", draft)
    review = ReviewChecklist(item="I-EDU", version=1, approve=True, remark="")
    told.act("reviewer1", "reviewer", review)
    told.act("clerk-edu", "clerk", draft)


def _planning(told: Story) -> None:
    """Standards, a confirmed training session, and what the public was told."""
    told.act("clerk-market", "clerk", DEFAULT)
    session = RecordTrainingSession(
        id="2024-1",
        department="edu",
        course="示例培训",
        on="2024-03-01",
        place="示例会议室",
        trainer="示例法制股",
        officers=("E1",),
        evidence="ab" * 32,
    )
    told.act("registrar1", "registrar", session)
    told.act("registrar2", "registrar", ConfirmTrainingSession(id="2024-1", version=1))
    record = RecordPublicity(
        id="2024-1",
        department="edu",
        on="2024-03-02",
        channel="on-site",
        title="示例宣讲",
        link="",
        evidence="cd" * 32,
    )
    told.act("clerk-edu", "clerk", record)


def _subjects(told: Story) -> None:
    """One account is to be erased, one officer's data is held."""
    basis = "示例：本人申请"
    request = RequestErasure(registry="staff", id="clerk-labour", basis=basis)
    told.act("admin", "administrator", request)
    hold = HoldSubject(registry="officer", id="M1", reference="示例立案1号", reason="示例：核查")
    told.act("discipline1", "discipline", hold)


def _people(told: Story) -> None:
    """One officer was on leave, one has a relation, and so will an expert."""
    related = RecordRelation(
        registry="officer",
        id="M1",
        entity=story.entity_id(1),
        relation="worked-there",
        detail="示例：曾任教",
    )
    for command in (
        RecordLeave(id="E2", first="2024-02-01", last="2024-02-05", reason="示例：病假"),
        related,
    ):
        told.act("registrar1", "registrar", command)
        story.confirm_last(told, "officer", command.id)
    told.act("registrar1", "registrar", replace(related, registry="expert", id="X1"))


def _entities(told: Story) -> None:
    """One was visited before, one waits to be suspended, one suspension was rejected."""
    visit = RecordVisit(id=story.entity_id(1), on="2024-05-06", reference="示例记录")
    told.act("registrar1", "registrar", visit)
    told.act("registrar2", "registrar", ConfirmChange(registry="entity", id=visit.id, version=3))
    for number in (2, 3):
        suspend = Suspend(registry="entity", id=story.entity_id(number), reason="示例：停办")
        told.act("registrar1", "registrar", suspend)
    told.act(
        "registrar2",
        "registrar",
        RejectChange(registry="entity", id=story.entity_id(3), version=3, reason="示例：未停办"),
    )


def _at_once(told: Story) -> None:
    """Words for tags, a batch and its undoing, which waits, and a comparison with an outside list."""
    words = SetVocabulary(registry="entity", tags=(Tag(tag="高危", meaning="示例"),), basis="示例")
    told.act("clerk-edu", "clerk", words)
    registrar, five = ("registrar1", "registrar"), story.entity_id(5)
    revised = replace(ITEM, name="示例新名称")
    revise = ReviseItem(code="I-EDU", details=revised, valid_from="2025-01-01", reason="示例：修订")
    told.act("clerk-edu", "clerk", revise, AddItem(code="I-NONE", details=ITEM, source="示例"))
    proposals = []
    for number, command in (
        (5, RateCredit(id=five, credit_class="D", on="2024-01-01", source="示例", document=HASH)),
        (
            6,
            TagEntry(
                registry="entity", id=story.entity_id(6), add=("高危",), remove=(), reason="示例"
            ),
        ),
        (7, LICENCE),
    ):
        told.act(*registrar, command)
        id_ = story.entity_id(number)
        proposals.append(Proposal(registry="entity", id=id_, version=3))
    told.act("registrar2", "registrar", ConfirmBatch(id="b1", proposals=tuple(proposals)))
    later = replace(LICENCE, expires="2027-12-31")
    told.act(*registrar, later, UndoBatch(id="u1", batch="b1", reason="示例：撤回"))
    compared = OpenReconciliation(
        id="r1",
        registry="entity",
        kinds=(),
        source="示例名单",
        document=HASH,
        listed=(Listed(id=story.entity_id(99), name="示例"),),
    )
    decided = DecideDifference(
        id="r1", entry=story.entity_id(99), decision="not-ours", reason="示例：外县"
    )
    told.act(*registrar, compared, decided)


def _draws(told: Story) -> None:
    """The first draw of entities is voided after it was computed, the second stands."""
    voided = story.commit_draw(told, "entities")
    story.reveal_draw(told, voided)
    told.act("operator", "draw_operator", RequestVoid(draw_id=voided, reason="示例：有误"))
    told.act("approver1", "approver", ApproveVoid(draw_id=voided, version=NOW))
    stages: tuple[tuple[Stage, int], ...] = (("entities", 2), ("officers", 1))
    for stage, serial in stages:
        story.reveal_draw(told, story.commit_draw(told, stage, serial))


def _inspections(service: Service, told: Story) -> None:
    """One is published with an order to correct that was met, after one of its officers was replaced; the others wait."""
    told.now = "2024-06-20T02:00:00.000Z"
    first, second, third, *_ = service.get("/inspections", "clerk-edu").json()["entries"]
    id_ = first["id"]
    for row in (first, second, third):
        conflict = Declare(inspection=row["id"], conflict=True, reason="示例：其弟任校长")
        told.act(row["leader"], "officer", conflict)
    for row in (first, second):
        approve = ApproveReplacement(inspection=row["id"], officer=row["leader"], version=NOW)
        told.act("approver1", "approver", approve)
    seat = Seat(inspection=id_, officer=first["leader"])
    story.reveal_draw(told, story.commit_draw(told, "replacement", seat=seat))
    (one, other) = service.get(f"/inspections/{id_}", "clerk-edu").json()["officers"]
    letter = WriteNotice(
        inspection=id_,
        notice_number="示例〔2024〕1号",
        dated="2024-06-20",
        visit_on="2024-06-20",
        says="示例：请备好相关资料。",
    )
    told.act("clerk-edu", "clerk", letter)
    told.act("clerk-edu", "clerk", Notify(inspection=id_, notice_number="示例〔2024〕1号"))
    story.visit(told, id_, (one, other))
    _on_site(service, told, id_, one)
    found = ItemResult(
        item="I-EDU",
        checked=True,
        category="ordered-to-correct",
        finding="示例：未公示收费",
        disposal="order-to-correct",
        method="on-site",
    )
    clean = story.clean_result(id_).items[1]
    entered = EnterResult(inspection=id_, category="ordered-to-correct", items=(found, clean))
    told.act(one, "officer", entered)
    told.act(other, "officer", ConfirmResult(inspection=id_, version=NOW))
    told.act(
        "reviewer1", "reviewer", ReviewResult(inspection=id_, approve=True, remark="", version=NOW)
    )
    order = OrderCorrection(
        inspection=id_, items=("I-EDU",), requirement="示例：公示收费", due="2024-07-20"
    )
    told.act("clerk-edu", "clerk", order)
    verified = VerifyCorrection(
        inspection=id_, number=1, corrected=True, evidence="示例照片", files=(), version=NOW
    )
    told.act("reviewer1", "reviewer", verified)
    told.act("clerk-edu", "clerk", PublishResult(inspection=id_))


def _on_site(service: Service, told: Story, id_: str, officer: str) -> None:
    """A photograph, a position, and what the inspected party said."""
    attached = service.http.post(
        f"/inspections/{id_}/evidence",
        files={"file": ("示例.jpg", PHOTO)},
        data={"caption": "示例：大门"},
        headers=service.as_(officer),
    )
    assert attached.status_code == 200, attached.text
    place = RecordPosition(
        inspection=id_, moment="check-in", latitude=37_000_000, longitude=115_000_000, accuracy=9
    )
    said = Acknowledge(inspection=id_, answer="acknowledged", statement="示例：无异议")
    told.act(officer, "officer", place, said)


def _another_task(service: Service, told: Story) -> None:
    """An amendment adds a row with a scheme; one of its visits is to be one with that of the first task, others could be."""
    row = story.plan_row(
        number=OTHER, ratio=(1, 1), stratify=(), ratios=(), visit_cap=3, joint=("market",)
    )
    amend = AmendPlan(year=2024, rows=(story.plan_row(), row), reason="示例：增加一项")
    told.act("clerk-edu", "clerk", amend)
    version = told.history.version("plan/2024")
    for warning in service.get("/plans/2024", "clerk-edu").json()["unanswered"]:
        answer = AnswerWarning(
            year=2024, version=version, warning=PlanWarning(**warning), reason="示例：属实"
        )
        told.act("clerk-edu", "clerk", answer)
    told.act("reviewer1", "reviewer", replace(story.review_plan(told), version=version))
    told.act("clerk-market", "clerk", CollatePlan(year=2024))
    told.act("clerk-edu", "clerk", PublishPlan(year=2024))
    _scheme(told)
    told.act("clerk-edu", "clerk", OpenTask(plan_number=OTHER, plan_year=2024, scheme="示例"))
    story.confirm_task(told, row)
    for stage in ("entities", "officers"):
        story.reveal_draw(told, story.commit_draw(told, stage, task=OTHER))
    pair = service.get("/appointments/candidates", "clerk-edu").json()["entries"][0]
    task, other = pair["tasks"]
    together = ProposeAppointment(entity=pair["entity"], task=task, other=other, on="2024-07-01")
    told.act("clerk-edu", "clerk", together)
    check = RecordOtherCheck(
        id="2024-1",
        department="edu",
        entity=pair["entity"],
        kind="complaint",
        on="2024-06-01",
        reference="示例投诉〔2024〕1号",
    )
    told.act("clerk-edu", "clerk", check)


def _scheme(told: Story) -> None:
    """The implementing scheme of the first task is public."""
    scheme = Scheme(
        goals=("示例：规范校外培训",),
        organisation=tuple(
            Duty(department=each, duty="示例分工") for each in ("edu", "market", "labour")
        ),
        steps=(SchemeStep(name="实施", first="2024-06-01", last="2024-08-31", work="示例"),),
        requirements=("示例：两人以上",),
        contacts=(Contact(department="edu", post="示例岗"),),
    )
    draft = DraftScheme(
        plan_number=TASK, title="示例方案", document_number="示例〔2024〕2号", scheme=scheme
    )
    told.act("clerk-edu", "clerk", draft)
    review = ReviewScheme(plan_number=TASK, version=1, approve=True, remark="")
    told.act("reviewer1", "reviewer", review)
    told.act("clerk-edu", "clerk", PublishScheme(plan_number=TASK))


def address(service: Service, path: str) -> str:
    """The address of a read whose answer holds something."""
    published = service.get("/public/results").json()["entries"][0]["id"]
    return READS[path].replace("FIRST", published)
