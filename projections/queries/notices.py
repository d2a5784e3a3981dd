"""What the discipline office is told: whatever takes a draw, a pool or a key out of its ordinary course."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.reading import LIMIT
from projections.tables.timeline import IS_NOTICED

if TYPE_CHECKING:
    from projections.reading import Read, Row

# Of what is noticed, only: lottery numbers after others were entered for the same place, and changes and ratings that can
# move an entity out of a scope or into another stratum. `held` is the line before the change.
NOTICES = f"""
    SELECT step.* FROM projections.steps_v1 AS step
    LEFT JOIN projections.entities_v3 AS held
        ON step.type IN ('entity.changed.v1', 'entity.credit_rated.v1')
        AND held.id = substr(step.stream, 8) AND held.from_leaf < step.leaf
        AND (held.to_leaf IS NULL OR held.to_leaf >= step.leaf)
    WHERE {IS_NOTICED}
        AND (%(before)s::bigint IS NULL OR step.leaf < %(before)s)
        AND CASE step.type
            WHEN 'draw.lottery_entered.v1' THEN EXISTS (
                SELECT FROM projections.steps_v1 AS earlier
                WHERE earlier.stream = step.stream AND earlier.version < step.version
                    AND earlier.type = step.type
                    AND earlier.data -> 'index' = step.data -> 'index')
            WHEN 'entity.changed.v1' THEN
                (held.kind, held.credit_class, held.area, to_jsonb(held.tags)) IS DISTINCT FROM (
                    step.data -> 'details' ->> 'kind', step.data -> 'details' ->> 'credit_class',
                    step.data -> 'details' ->> 'area', step.data -> 'details' -> 'tags')
            WHEN 'entity.credit_rated.v1' THEN
                held.credit_class IS DISTINCT FROM step.data ->> 'credit_class'
            ELSE true END
    ORDER BY step.leaf DESC LIMIT %(limit)s
"""  # noqa: S608 - put together from our own constants


def notices(read: Read, *, before: int | None = None, limit: int = LIMIT) -> list[Row]:
    """Steps that the discipline office is told of, the newest first; `before` is the leaf where the last page ended.

    A proposal is told when it is made, whatever became of it.
    """
    return read.execute(NOTICES, {"before": before, "limit": limit}).fetchall()
