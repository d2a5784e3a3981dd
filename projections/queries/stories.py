"""The story of one entity, officer or expert: every event that concerns it, by leaf, as far as it is not a secret still."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from projections.queries.draws import LISTED, RESTS
from projections.queries.inspections import HELD_BACK
from projections.reading import LIMIT

if TYPE_CHECKING:
    from projections.reading import Read, Row

Subject = Literal["entity", "officer", "expert"]
# Visits that are secret to anybody are not told here at all, whoever asks: no look need be recorded.
VISITS = f"""
    SELECT 'inspection/' || one.id AS stream FROM projections.inspections_v5 AS one {HELD_BACK}
    WHERE secret.draws IS NULL AND %(visits)s AND CASE %(kind)s WHEN 'entity' THEN one.entity = %(id)s
        ELSE one.officers @> ARRAY[%(id)s]::text[] OR %(id)s = ANY(one.fell_out)
            OR one.vacant ? %(id)s OR %(id)s = ANY(one.experts) END
"""  # noqa: S608 - put together from our own constants
# An entity stands in the pools of draws of entities; in which it was drawn is told once the list is public. Who may fill
# a seat is told with the list of visits.
DRAWS = f"""
    SELECT 'draw/' || draw.id AS stream, member.reason, member.stratum,
        CASE WHEN draw.released AND {LISTED} THEN member.place END AS place
    FROM projections.draw_members_v1 AS member
    JOIN projections.draws_v4 AS draw ON draw.id = member.draw {RESTS}
    WHERE member.entity = %(id)s AND CASE %(kind)s WHEN 'entity' THEN draw.stage = 'entities'
        ELSE draw.stage = 'replacement' AND {LISTED} AND draw.released END
"""  # noqa: S608 - put together from our own constants
_OF_DRAWS = ("standing", "stratum", "reason", "place")
STORY = f"""
    WITH visits AS ({VISITS}), drawn AS ({DRAWS})
    SELECT step.leaf, step.recorded_at, step.stream, step.type, step.version, step.actor, step.role, step.command_id,
        step.data, NULL::text AS standing, NULL::text AS stratum, NULL::text AS reason,
        NULL::bigint AS place
    FROM projections.steps_v1 AS step
    WHERE step.leaf > %(after)s AND (step.stream = %(own)s OR step.stream IN (SELECT stream FROM visits))
    UNION ALL
    SELECT step.leaf, step.recorded_at, step.stream, step.type, step.version, step.actor, step.role, step.command_id,
        NULL::jsonb,
        CASE WHEN drawn.reason IS NOT NULL THEN 'excluded'
            WHEN step.type = 'draw.computed.v1' AND drawn.place IS NOT NULL THEN 'drawn'
            ELSE 'pool' END,
        drawn.stratum, drawn.reason,
        CASE WHEN step.type = 'draw.computed.v1' THEN drawn.place END
    FROM drawn JOIN projections.steps_v1 AS step ON step.stream = drawn.stream
    WHERE step.leaf > %(after)s AND (step.type IN ('draw.committed.v1', 'draw.voided.v1')
        OR (step.type = 'draw.computed.v1' AND drawn.place IS NOT NULL))
    ORDER BY leaf LIMIT %(limit)s
"""  # noqa: S608 - put together from our own constants


def story(  # noqa: PLR0913 - each narrows the story in its own way
    read: Read, kind: Subject, id_: str, *, visits: bool, after: int = -1, limit: int = LIMIT
) -> list[Row]:
    """Events that concern an entry, by leaf, from the one after `after` on; `visits` says whether those of its visits are told.

    Of a draw in which it stood the commitment, the computation once the list is public, and the void are told, with its
    `standing` there: pool, excluded (and the `reason`) or drawn (and the `place`).
    """
    values = {
        "kind": kind,
        "id": id_,
        "own": f"{kind}/{id_}",
        "visits": visits,
        "after": after,
        "limit": limit,
    }
    rows = read.execute(STORY, values).fetchall()
    return [{name: row[name] for name in row if name not in _without(row)} for row in rows]


def _without(row: Row) -> tuple[str, ...]:
    return _OF_DRAWS if row["standing"] is None else ("data",)
