"""What the discipline office is told of draws, pools and keys, as it happens."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.access import PartsNow, PersonNow, require_role
from api.answers import STAFF
from api.shapes.notices import Notices
from api.text import Leaf
from api.words import NOTICE_NAMES
from projections.queries.notices import notices
from projections.reading import LIMIT

router = APIRouter(tags=["监督 / supervision"], responses=STAFF)


@router.get("/notices", response_model=Notices, summary="监督事项 / notices")
def list_notices(
    parts: PartsNow,
    person: PersonNow,
    before: Annotated[Leaf | None, Query(description="上一页的 next_before")] = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT)] = 50,
) -> dict[str, Any]:
    """For the discipline office, the newest first; go on with `before` set to `next_before`.

    Voids requested, approved or declined; lottery numbers that differ; looks at lists that are not public; entities that are
    to be exempted, suspended or moved to another kind, area, tag or credit class; recusals, relations and leaves; officers
    that are replaced, visits that are given up; accounts suspended, roles changed; keys enrolled or revoked;
    a clock of the server that jumped or is behind the ledger.
    """
    require_role(person, "discipline")
    with parts.reader.snapshot() as read:
        rows = notices(read, before=before, limit=limit)
    entries = [{**row, "what": NOTICE_NAMES[row["type"]]} for row in rows]
    full = len(rows) == limit
    return {"entries": entries, "next_before": rows[-1]["leaf"] if full else None}
