"""What everybody may read, without a token: plans, draws with their proofs, tasks, results, and the signed head."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import PlainTextResponse

from api import problems
from api.access import PartsNow
from api.answers import PUBLIC
from api.paging import PageAsked, known, listing
from api.shapes.campaigns import (
    DrawMembers,
    PublicDraw,
    PublicDraws,
    PublicPlan,
    PublicPlans,
    PublicTasks,
    PublicTaskWithDraws,
)
from api.shapes.inspections import Result, Results
from api.shapes.proofs import AnyBundle
from api.text import Leaf, Word
from domain.errors import DomainError
from projections.queries import campaigns, inspections
from projections.queries.campaigns import Part
from projections.reading import LIMIT, Row

router = APIRouter(tags=["公开 / public"], responses=PUBLIC)


class Markdown(PlainTextResponse):
    """A page as it was written."""

    media_type = "text/markdown"


@router.get(
    "/public/plans", response_model=PublicPlans, summary="已公布的年度计划 / published plans"
)
def plans(parts: PartsNow) -> dict[str, Any]:
    """Every published plan, by year."""
    with parts.reader.snapshot() as read:
        return {"entries": campaigns.public_plans(read)}


@router.get(
    "/public/plans/{year}",
    response_model=PublicPlan,
    summary="已公布的年度计划 / a published plan",
)
def plan(year: Annotated[str, Path(pattern=r"^[0-9]{4}$")], parts: PartsNow) -> dict[str, Any]:
    """The rows that hold; what is being drafted does not show."""
    with parts.reader.snapshot() as read:
        found = campaigns.public_plan(read, year)
    return known(
        found, "unknown-plan", f"没有已公布的 {year} 年度计划 / no published plan of that year"
    )


@router.get("/public/tasks", response_model=PublicTasks, summary="抽查任务 / tasks")
def tasks(parts: PartsNow, page: PageAsked) -> dict[str, Any]:
    """Tasks by number, with counts of what is disclosed."""
    with parts.reader.snapshot() as read:
        rows = campaigns.public_tasks(read, page=page)
    return listing(rows, page)


@router.get(
    "/public/tasks/{number}",
    response_model=PublicTaskWithDraws,
    summary="抽查任务 / one task",
)
def task(number: Word, parts: PartsNow) -> dict[str, Any]:
    """The task and all its draws, void ones too, from their commitment on."""
    with parts.reader.snapshot() as read:
        found = known(
            campaigns.public_task(read, number), "unknown-task", "没有此任务 / no such task"
        )
        found["draws"] = [draw_row(row) for row in campaigns.draws(read, number) if _is_public(row)]
    return found


@router.get("/public/draws", response_model=PublicDraws, summary="抽取 / draws")
def draws(parts: PartsNow, page: PageAsked) -> dict[str, Any]:
    """Every draw from its commitment on, void ones too, by task; a page has the draws of `limit` tasks."""
    with parts.reader.snapshot() as read:
        asked = [row["id"] for row in campaigns.public_tasks(read, page=page)]
        rows = [row for id_ in asked for row in campaigns.draws(read, id_)]
    cursor = asked[-1] if len(asked) == page.limit else None
    return {"entries": [draw_row(row) for row in rows if _is_public(row)], "next_cursor": cursor}


@router.get("/public/draws/{draw_id}", response_model=PublicDraw, summary="一次抽取 / one draw")
def draw(draw_id: Word, parts: PartsNow) -> dict[str, Any]:
    """The draw with its commitment. List and proof follow at `members` and `bundle` once it is disclosed."""
    with parts.reader.snapshot() as read:
        found = campaigns.draw(read, draw_id)
    if found is None or not _is_public(found):
        raise DomainError("unknown-draw", "没有此抽取 / no such draw")
    return draw_row(found)


@router.get(
    "/public/draws/{draw_id}/members",
    response_model=DrawMembers,
    summary="抽取名单 / pool, exclusions or drawn",
)
def members(
    draw_id: Word, parts: PartsNow, page: PageAsked, part: Annotated[Part, Query()] = "drawn"
) -> dict[str, Any]:
    """The lists of a draw of entities, by id; `place` is the order in which they were drawn."""
    with parts.reader.snapshot() as read:
        _require_proof(campaigns.public_proof(read, draw_id))
        rows = campaigns.public_members(read, draw_id, part, page=page)
    return listing(rows, page, key="entity")


@router.get(
    "/public/draws/{draw_id}/bundle",
    response_class=Response,
    responses={200: {"model": AnyBundle}},
    summary="抽取证明 / proof bundle",
)
def bundle(draw_id: Word, parts: PartsNow) -> Response:
    """The exact canonical bytes that anybody can verify with a program of their own."""
    with parts.reader.snapshot() as read:
        proof = _require_proof(campaigns.public_proof(read, draw_id))
    return Response(proof, media_type="application/json")


@router.get("/public/results", response_model=Results, summary="检查结果公示 / published results")
def results(
    parts: PartsNow,
    before: Annotated[Leaf | None, Query(description="上一页的 next_before")] = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT)] = 50,
    task: Annotated[Word | None, Query()] = None,
    entity: Annotated[Word | None, Query()] = None,
) -> dict[str, Any]:
    """Published results, the newest first; go on with `before` set to `next_before`."""
    with parts.reader.snapshot() as read:
        rows = inspections.public_results(
            read, before=before, limit=limit, task=task, entity=entity
        )
    full = len(rows) == limit
    return {"entries": rows, "next_before": rows[-1]["published_leaf"] if full else None}


@router.get(
    "/public/results/{inspection}",
    response_model=Result,
    summary="一项检查结果 / one published result",
)
def result(inspection: Word, parts: PartsNow) -> dict[str, Any]:
    """The result as it was approved and published."""
    with parts.reader.snapshot() as read:
        found = inspections.public_result(read, inspection)
    return known(found, "unknown-result", "没有此项已公示的结果 / no such published result")


@router.get("/checkpoint", summary="账本检查点 / signed head", response_class=PlainTextResponse)
def checkpoint(parts: PartsNow) -> PlainTextResponse:
    """The C2SP checkpoint over all leaves; signed anew where the ledger has grown since the last one."""
    return PlainTextResponse(parts.ledger.publish_checkpoint())


@router.get("/problems/{code}", summary="问题说明 / what a code means", response_class=Markdown)
def problem(code: Word) -> Markdown:
    """The page of a problem code: what it means and what to do."""
    page = problems.page_of(code)
    if page is None:
        raise DomainError("unknown-problem", "没有这个代码 / no such code")
    return Markdown(page)


def draw_row(row: Row) -> Row:
    """What the public knows of a draw now, from its commitment on."""
    shown = {name: row[name] for name in PublicDraw.model_fields}
    return {**shown, "drawn": row["drawn"] if row["open"] else None}


def _is_public(row: Row) -> bool:
    return row["commitment"] is not None or row["status"] == "voided"


def _require_proof(proof: str | None) -> str:
    if proof is None:
        raise DomainError(
            "unknown-proof", "没有此抽取，或尚未公布 / no such draw, or not disclosed"
        )
    return proof
