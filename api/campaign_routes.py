"""What staff read of plans, tasks, draws and inspections. A list that is not disclosed is not shown."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Response

from api.access import PartsNow, PersonNow, person_of, require_role
from api.acting import Person
from api.answers import STAFF
from api.paging import PageAsked, known, listing
from api.shapes.campaigns import DrawMembers, DrawShown, PlanShown, Tasks, TaskWithDraws
from api.shapes.inspections import Inspections, InspectionWithSteps
from api.shapes.proofs import AnyBundle
from api.text import Word
from domain.errors import DomainError
from domain.inspection_state import Status
from projections.queries import campaigns, inspections
from projections.queries.campaigns import Part
from projections.reading import Read

router = APIRouter(
    tags=["计划、抽取与检查 / plans, draws, inspections"],
    responses=STAFF,
    dependencies=[Depends(person_of)],
)
# They carry the draw out or watch over it; everybody else waits for the disclosure.
BEHIND_THE_CURTAIN = ("draw_operator", "discipline")
EVERY_INSPECTION = ("clerk", "reviewer", "approver", *BEHIND_THE_CURTAIN)


@router.get(
    "/plans/{year}",
    response_model=PlanShown,
    summary="年度抽查计划 / the plan of a year, drafts too",
)
def plan(year: Annotated[str, Path(pattern=r"^[0-9]{4}$")], parts: PartsNow) -> dict[str, Any]:
    """The plan with its rows: `newest` as last written, `published` as it holds."""
    with parts.reader.snapshot() as read:
        found = campaigns.plan(read, year)
    return known(found, "unknown-plan", f"没有 {year} 年度计划 / no plan of that year")


@router.get(
    "/tasks",
    response_model=Tasks,
    summary="抽查任务列表 / tasks with their progress",
)
def tasks(
    parts: PartsNow,
    page: PageAsked,
    year: Annotated[str | None, Query(pattern=r"^[0-9]{4}$")] = None,
    department: Annotated[Word | None, Query()] = None,
) -> dict[str, Any]:
    """Tasks by number, narrowed by plan year and by a department that takes part."""
    with parts.reader.snapshot() as read:
        rows = campaigns.tasks(read, page=page, plan=year, department=department)
    return listing(rows, page)


@router.get("/tasks/{number}", response_model=TaskWithDraws, summary="抽查任务 / one task")
def task(number: Word, parts: PartsNow) -> dict[str, Any]:
    """The task with its progress and all its draws, void ones too."""
    with parts.reader.snapshot() as read:
        found = campaigns.task(read, number)
    return known(found, "unknown-task", "没有此任务 / no such task")


@router.get("/draws/{draw_id}", response_model=DrawShown, summary="一次抽取 / one draw")
def draw(draw_id: Word, parts: PartsNow) -> dict[str, Any]:
    """The draw as it stands: people, commitment, times. Its list is under `members`, its proof under `bundle`."""
    with parts.reader.snapshot() as read:
        found = campaigns.draw(read, draw_id)
    return known(found, "unknown-draw", "没有此抽取 / no such draw")


@router.get(
    "/draws/{draw_id}/members",
    response_model=DrawMembers,
    summary="抽取名单 / pool, exclusions or drawn",
)
def members(
    draw_id: Word,
    parts: PartsNow,
    person: PersonNow,
    page: PageAsked,
    part: Annotated[Part, Query(description="抽查库、排除或抽中 / which list")] = "drawn",
) -> dict[str, Any]:
    """Pool, exclusions or drawn entities; before the disclosure for the draw operator and the discipline office."""
    with parts.reader.snapshot() as read:
        _require_open(read, draw_id, person)
        rows = campaigns.members(read, draw_id, part, page=page)
    return listing(rows, page, key="entity")


@router.get(
    "/draws/{draw_id}/bundle",
    response_class=Response,
    responses={200: {"model": AnyBundle}},
    summary="抽取证明 / proof bundle",
)
def bundle(draw_id: Word, parts: PartsNow, person: PersonNow) -> Response:
    """The exact canonical bundle; before the disclosure for the draw operator and the discipline office."""
    with parts.reader.snapshot() as read:
        _require_open(read, draw_id, person)
        proof = campaigns.proof(read, draw_id)
    if proof is None:
        raise DomainError("unknown-proof", "抽取尚未计算 / the draw is not computed yet")
    return Response(proof, media_type="application/json")


@router.get("/inspections", response_model=Inspections, summary="检查列表 / inspections")
def list_inspections(  # noqa: PLR0913 - each parameter of the query is one
    *,
    parts: PartsNow,
    person: PersonNow,
    page: PageAsked,
    task: Annotated[Word | None, Query()] = None,
    entity: Annotated[Word | None, Query()] = None,
    status: Annotated[Status | None, Query()] = None,
    officer: Annotated[Literal["me"] | None, Query(description="只列本人的 / only my own")] = None,
) -> dict[str, Any]:
    """Inspections by id; they begin with the disclosure of the officers' draw. Officers see their own."""
    mine = person.id if officer == "me" or not person.has(*EVERY_INSPECTION) else None
    if mine is not None:
        require_role(person, "officer", *EVERY_INSPECTION)
    with parts.reader.snapshot() as read:
        rows = inspections.inspections(
            read, page=page, task=task, officer=mine, entity=entity, status=status
        )
    return listing(rows, page)


@router.get(
    "/inspections/{inspection}",
    response_model=InspectionWithSteps,
    summary="一次检查 / one inspection",
)
def one_inspection(inspection: Word, parts: PartsNow, person: PersonNow) -> dict[str, Any]:
    """The inspection with its steps; for an officer who is not of it there is none."""
    require_role(person, "officer", *EVERY_INSPECTION)
    with parts.reader.snapshot() as read:
        found = inspections.inspection(read, inspection)
    if found is not None and not person.has(*EVERY_INSPECTION):
        found = found if person.id in found["officers"] else None
    return known(found, "unknown-inspection", "没有此检查 / no such inspection")


def _require_open(read: Read, id_: str, person: Person) -> None:
    found = known(campaigns.draw(read, id_), "unknown-draw", "没有此抽取 / no such draw")
    if not found["open"] and not person.has(*BEHIND_THE_CURTAIN):
        detail = "公布前只有抽取操作员和纪检监察可以查看 / before the disclosure only operator and discipline may look"
        raise DomainError("draw-not-disclosed", detail)
