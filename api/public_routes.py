"""What everybody may read, without a token: plans, tasks, results, and the signed head."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import PlainTextResponse, Response

from api import problems
from api.access import PartsNow
from api.answers import PUBLIC
from api.paging import PageAsked, known, listing
from api.shapes.campaigns import (
    PublicPlan,
    PublicPlans,
    PublicTasks,
    PublicTaskWithDraws,
)
from api.shapes.inspections import Editions, Result, Results
from api.text import Leaf, Word
from domain.errors import DomainError
from domain.tiles import Tile
from ledger.cosignatures import not_witnessed
from projections.queries import campaigns, inspections
from projections.reading import LIMIT

router = APIRouter(tags=["公开 / public"], responses=PUBLIC)
SHORTLY = "public, max-age=2"
FOREVER = "public, max-age=31536000, immutable"


class Markdown(PlainTextResponse):
    """A page as it was written."""

    media_type = "text/markdown"


class Hashes(Response):
    """A tile: 32 bytes for each hash. It never changes, so whoever has it need not ask again."""

    media_type = "application/octet-stream"


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
    """The task and all its draws, void ones too, from the moment in which each was prepared."""
    with parts.reader.snapshot() as read:
        found = campaigns.public_task(read, number)
    return known(found, "unknown-task", "没有此任务 / no such task")


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


@router.get(
    "/public/results/{inspection}/editions",
    response_model=Editions,
    summary="检查结果的各版 / every edition of a published result",
)
def editions(inspection: Word, parts: PartsNow) -> dict[str, Any]:
    """Every version that was published, with why each took the place of the one before and what it changed."""
    with parts.reader.snapshot() as read:
        rows = inspections.editions(read, inspection)
    known(
        rows[0] if rows else None,
        "unknown-result",
        "没有此项已公示的结果 / no such published result",
    )
    return {"entries": rows}


@router.get("/checkpoint", summary="账本检查点 / signed head", response_class=PlainTextResponse)
def checkpoint(parts: PartsNow) -> PlainTextResponse:
    """The newest C2SP checkpoint that counts, with the cosignatures under it; raises "checkpoint-not-witnessed"."""
    counted = parts.ledger.counted()
    if counted is None:
        raise not_witnessed()
    return PlainTextResponse(counted.note, headers={"Cache-Control": SHORTLY})


@router.get(
    "/tile/{level}/{path:path}",
    summary="账本散列瓦片 / a hash tile",
    response_class=Hashes,
)
def tile(level: str, path: str, parts: PartsNow) -> Hashes:
    """A tile of C2SP tlog-tiles that the newest published checkpoint covers: hashes alone, no event.

    `path` is the tile's number in groups of three digits, with `.p/` and the width behind it where it is partial.
    """
    content = parts.ledger.tiles.content(Tile.parse(f"{level}/{path}"))
    return Hashes(content, headers={"Cache-Control": FOREVER})


@router.get("/problems/{code}", summary="问题说明 / what a code means", response_class=Markdown)
def problem(code: Word) -> Markdown:
    """The page of a problem code: what it means and what to do."""
    page = problems.page_of(code)
    if page is None:
        raise DomainError("unknown-problem", "没有这个代码 / no such code")
    return Markdown(page)
