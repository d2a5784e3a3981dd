"""What staff read of plans, tasks, draws and inspections. Whoever sees a list that is not public is on record for it."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Response

from api.access import PartsNow, PersonNow, person_of, require_role
from api.acting import Person
from api.answers import STAFF
from api.explanations import people_of, seats_in
from api.looks import (
    READING,
    inspection_for,
    look,
    look_at_inspections,
    open_for_review,
    viewer_of,
)
from api.paging import PageAsked, known, listing
from api.parts import Parts
from api.shapes.campaigns import DrawMembers, DrawShown, PlanShown, Tasks, TaskWithDraws
from api.shapes.explanations import Explained, SeatsExplained
from api.shapes.inspections import Inspections, InspectionWithSteps
from api.shapes.proofs import AnyBundle
from api.text import Word
from domain.draw_commands import Part as Looked
from domain.errors import DomainError
from domain.inspection_state import Status
from projections.queries import campaigns, draws, inspections
from projections.queries.draws import Part
from projections.reading import Row

router = APIRouter(
    tags=["计划、抽取与检查 / plans, draws, inspections"],
    responses=STAFF,
    dependencies=[Depends(person_of)],
)


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
def task(number: Word, parts: PartsNow, person: PersonNow) -> dict[str, Any]:
    """The task with its progress and all its draws, void ones too."""
    with parts.reader.snapshot() as read:
        found = campaigns.task(read, number, viewer=viewer_of(parts, person))
    return known(found, "unknown-task", "没有此任务 / no such task")


@router.get(
    "/tasks/{number}/officers",
    response_model=Explained,
    summary="谁能被抽中、谁不能、为什么 / who may be drawn, and why not",
)
def officers(number: Word, parts: PartsNow, person: PersonNow) -> dict[str, Any]:
    """Everybody of the registries of officers and experts, as frozen with the list of entities, or as of now.

    Officers who do nothing else read their own line.
    """
    only = None if person.has(*READING, "registrar", "witness") else person.id
    return people_of(number, parts.writer.history(), only)


@router.get("/draws/{draw_id}", response_model=DrawShown, summary="一次抽取 / one draw")
def draw(draw_id: Word, parts: PartsNow, person: PersonNow) -> dict[str, Any]:
    """The draw as it stands: people, sources, commitment, times. Its list is under `members`, its proof under `bundle`.

    `seat`, list and commitment of a replacement show to who may see its visit, and to those who approve and draw; a witness
    sees the commitment that binds their number.
    """
    with parts.reader.snapshot() as read:
        return _known(draws.draw(read, draw_id, viewer=viewer_of(parts, person)))


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
    """Pool and exclusions from the commitment on: of entities for all staff, of a replacement for who may see its seat.

    Who was drawn, before it is public, only for those who carry out the visits and the discipline office; each look is recorded.
    """
    with parts.reader.snapshot() as read:
        found = _known(draws.draw(read, draw_id, viewer=viewer_of(parts, person)))
        rows = draws.members(read, draw_id, part, page=page)
    if part == "drawn":
        _look(parts, person, found, "drawn")
    elif found["sealed"]:
        detail = (
            "替补的候选名单随检查名单公布 / who may take a seat is public with the list of visits"
        )
        raise DomainError("draw-not-disclosed", detail)
    return listing(rows, page, key="entity")


@router.get(
    "/draws/{draw_id}/bundle",
    response_class=Response,
    responses={200: {"model": AnyBundle}},
    summary="抽取证明 / proof bundle",
)
def bundle(draw_id: Word, parts: PartsNow, person: PersonNow) -> Response:
    """The exact canonical bundle; before it is public as the list of who was drawn."""
    with parts.reader.snapshot() as read:
        found = _known(draws.draw(read, draw_id))
        proof = draws.proof(read, draw_id)
    if proof is None:
        raise DomainError("unknown-proof", "抽取尚未计算 / the draw is not computed yet")
    _look(parts, person, found, "bundle")
    return Response(proof, media_type="application/json")


@router.get(
    "/draws/{draw_id}/seats",
    response_model=SeatsExplained,
    summary="各席位可派人数 / how many could take each seat",
)
def seats(draw_id: Word, parts: PartsNow, person: PersonNow) -> dict[str, Any]:
    """Of a draw of officers: needs and numbers eligible, visit by visit; before it is public as its proof."""
    with parts.reader.snapshot() as read:
        found = _known(draws.draw(read, draw_id))
        proof = draws.proof(read, draw_id)
    if proof is None:
        raise DomainError("unknown-proof", "抽取尚未计算 / the draw is not computed yet")
    _look(parts, person, found, "bundle")
    return seats_in(proof)


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
    """Inspections by id. Officers see their own.

    While the draws are not public, one that has not begun shows to its officers (from the day of the plan), to the discipline
    office, and, where a replacement or an end waits, to those who decide and draw; each look is recorded.
    """
    mine = person.id if officer == "me" or not person.has(*READING) else None
    if mine is not None:
        require_role(person, "officer", *READING)
    with parts.reader.snapshot() as read:
        rows = inspections.inspections(
            read,
            page=page,
            task=task,
            officer=mine,
            entity=entity,
            status=status,
            viewer=viewer_of(parts, person),
        )
    look_at_inspections(parts, person, rows)
    return listing(rows, page)


@router.get(
    "/inspections/{inspection}",
    response_model=InspectionWithSteps,
    summary="一次检查 / one inspection",
)
def one_inspection(inspection: Word, parts: PartsNow, person: PersonNow) -> dict[str, Any]:
    """The inspection with its steps, under the same conditions; for an officer who is not of it there is none.

    That a reviewer opens a result that waits for review is recorded.
    """
    found = inspection_for(parts, person, inspection)
    open_for_review(parts, person, found)
    return found


def _known(found: Row | None) -> Row:
    return known(found, "unknown-draw", "没有此抽取 / no such draw")


def _look(parts: Parts, person: Person, found: Row, part: Looked) -> None:
    """What nobody may see before it is public, for whatever reason, is refused to all; what was not drawn holds nothing."""
    if found["computed_at"] is not None and not found["open"]:
        look(parts, person, [found["id"]], part)
