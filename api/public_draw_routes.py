"""What everybody may read of draws: each from the moment in which it was prepared, its proof, and the slip of one entity."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.access import PartsNow
from api.answers import PUBLIC
from api.explanations import seats_in
from api.paging import PageAsked, known, listing
from api.shapes.campaigns import DrawMembers, PublicDraw, PublicDraws
from api.shapes.explanations import SeatsExplained
from api.shapes.proofs import AnyBundle
from api.shapes.slips import Slip
from api.slips import public_slip
from api.text import Word
from domain.errors import DomainError
from projections.queries import campaigns, draws
from projections.queries.draws import Part

router = APIRouter(tags=["公开 / public"], responses=PUBLIC)


@router.get("/public/draws", response_model=PublicDraws, summary="抽取 / draws")
def all_draws(parts: PartsNow, page: PageAsked) -> dict[str, Any]:
    """Every draw, void ones too, by task; a page has the draws of `limit` tasks."""
    with parts.reader.snapshot() as read:
        asked = [row["id"] for row in campaigns.public_tasks(read, page=page)]
        rows = [row for id_ in asked for row in draws.public_of_task(read, id_)]
    cursor = asked[-1] if len(asked) == page.limit else None
    return {"entries": rows, "next_cursor": cursor}


@router.get("/public/draws/{draw_id}", response_model=PublicDraw, summary="一次抽取 / one draw")
def draw(draw_id: Word, parts: PartsNow) -> dict[str, Any]:
    """The draw with its sources and commitment. List and proof follow at `members` and `bundle` once it is public."""
    with parts.reader.snapshot() as read:
        found = draws.public_draw(read, draw_id)
    return known(found, "unknown-draw", "没有此抽取 / no such draw")


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
        _require_proof(draws.public_proof(read, draw_id))
        rows = draws.public_members(read, draw_id, part, page=page)
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
        proof = _require_proof(draws.public_proof(read, draw_id))
    return Response(proof, media_type="application/json")


@router.get(
    "/public/draws/{draw_id}/seats",
    response_model=SeatsExplained,
    summary="各席位可派人数 / how many could take each seat",
)
def seats(draw_id: Word, parts: PartsNow) -> dict[str, Any]:
    """Of a draw of officers: needs and numbers eligible, visit by visit, once its proof is public."""
    with parts.reader.snapshot() as read:
        return seats_in(_require_proof(draws.public_proof(read, draw_id)))


@router.get(
    "/public/draws/{draw_id}/entities/{entity}",
    response_model=Slip,
    response_model_exclude_unset=True,
    summary="一家单位的抽取凭单 / what one entity may know of a draw",
)
def slip(draw_id: Word, entity: Word, parts: PartsNow) -> dict[str, Any]:
    """In pool, excluded or absent, from the commitment on, each with proofs under the committed roots.

    Once the draw is public: drawn or not, with the ticket and the cutoff of its stratum.
    """
    with parts.reader.snapshot() as read:
        return public_slip(read, draw_id, entity)


def _require_proof(proof: str | None) -> str:
    if proof is None:
        raise DomainError(
            "unknown-proof", "没有此抽取，或尚未公布 / no such draw, or not disclosed"
        )
    return proof
