"""The work list of a person: what waits for them, by its last day."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, assert_never

from projections.queries.deadlines import reckoning
from projections.queries.inspections import HELD_BACK
from projections.queries.viewers import MAY_SEE
from projections.tables import BY_KIND
from projections.tables.work import COLUMNS, NAMES, ROLES

if TYPE_CHECKING:
    from domain.deadlines import Reckoning
    from domain.working_days import Due
    from projections.queries.viewers import Viewer
    from projections.reading import Read, Row
    from projections.tables.work import Term

MOST = 2000  # rows that are read; nobody works through more
State = Literal["overdue", "due", "open"]
_COLUMNS = ", ".join(f"work.{name}" for name in COLUMNS)
_OTHERS = " UNION ALL ".join(
    f"SELECT '{kind}' AS kind, {_COLUMNS}, NULL::text[] AS officers, NULL::text[] AS secret"  # noqa: S608
    f" FROM projections.{name} AS work"
    for kind, name in NAMES.items()
    if kind != "inspection"
)
# Of a visit that is a secret, whoever may not know of it has no work, whatever their role.
_STREAMS = f"""
    SELECT * FROM (
        {_OTHERS}
        UNION ALL
        SELECT 'inspection' AS kind, {_COLUMNS}, one.officers, secret.draws AS secret
        FROM projections.{NAMES["inspection"]} AS work
        JOIN projections.inspections_v5 AS one ON one.id = work.id {HELD_BACK}
        WHERE secret.draws IS NULL OR {MAY_SEE}
    ) AS every
    WHERE roles && %(roles)s::text[]
        AND (departments IS NULL OR %(department)s = ANY(departments))
        AND (people IS NULL OR %(me)s = ANY(people)) AND NOT %(me)s = ANY(excluded)
    LIMIT {MOST}
"""  # noqa: S608 - put together from our own constants
# Rows of a published plan whose task was not opened, and tasks of which nothing is left to be published.
_OPENING = """
    SELECT own.number AS id, own.published ->> 'window_from' AS base
    FROM projections.plan_rows_v1 AS own
    WHERE own.published ->> 'lead' = %(department)s AND own.published ->> 'window_to' >= %(today)s
        AND NOT EXISTS (SELECT FROM projections.tasks_v2 AS task WHERE task.id = own.number)
"""
# Tasks that every department confirmed, as long as the entities, and then the officers, were not drawn.
_PREPARING = """
    SELECT task.id, task.window_to AS base FROM projections.tasks_v2 AS task
    WHERE task.confirmed AND NOT task.completed AND task.window_to >= %(today)s AND CASE
        WHEN EXISTS (
            SELECT FROM projections.draws_v4 AS draw WHERE draw.task = task.id
                AND draw.stage = 'entities' AND draw.status IN ('computed', 'disclosed'))
        THEN NOT EXISTS (
            SELECT FROM projections.draws_v4 AS draw
            WHERE draw.task = task.id AND draw.stage = 'officers' AND draw.status <> 'voided')
        ELSE NOT EXISTS (
            SELECT FROM projections.draws_v4 AS draw
            WHERE draw.task = task.id AND draw.stage = 'entities' AND draw.status <> 'voided') END
"""
_COMPLETING = """
    SELECT task.id FROM projections.tasks_v2 AS task
    WHERE task.lead = %(department)s AND NOT task.completed AND (
        SELECT count(*) > 0 AND bool_and(one.status IN ('published', 'closed'))
        FROM projections.inspections_v5 AS one WHERE one.task = task.id)
"""
_WAITING = """
    SELECT count(*) AS count, min(changed_at) AS asked_at FROM projections.{table}
    WHERE to_leaf IS NULL AND pending IS NOT NULL AND NOT coalesce(pending ->> 'by', '') = %(me)s
"""
# By the name under which each is read.
REGISTRIES = {
    table.name.partition("_")[0]: table.name
    for kind in ("entity", "officer", "expert")
    for table in BY_KIND[kind]
    if "pending" in table.columns
}


def work(  # noqa: PLR0913 - who asks, as what, and when
    read: Read, *, me: str, department: str, roles: tuple[str, ...], today: str, viewer: Viewer
) -> list[Row]:
    """What waits for a person, what is due first: overdue, then by last day, then without one.

    Each row has kind and id of the stream, act, number, asked_at, count, `due` (day or None), `assumed` (years without a
    table of holidays on the way), `days_left` (calendar days from today, below 0 when overdue) and `state`. Of a visit
    that is a secret, `secret` holds the draws that it is a secret of, else None, and `officers` its team.
    """
    asked = {"me": me, "department": department, "roles": list(roles), "today": today}
    found = read.execute(_STREAMS, {**viewer.values(), **asked}).fetchall()
    for act, lines in _elsewhere(read, asked).items():
        if set(ROLES[act]) & set(roles):
            found += [{**_line(act), **line} for line in lines]
    return _sorted(found, reckoning(read), today)


def _line(act: str) -> Row:
    kind = act.partition(".")[0]
    return {"kind": kind, "act": act, "number": 0, "term": None, "base": None, "asked_at": None}


def _elsewhere(read: Read, asked: dict[str, Any]) -> dict[str, list[Row]]:
    """What no stream tells by itself, by act."""
    opening = [{**row, "term": "named"} for row in read.execute(_OPENING, asked)]
    preparing = [
        {**row, "kind": "task", "term": "named"} for row in read.execute(_PREPARING, asked)
    ]
    waiting = [
        {"kind": "registry", "id": kind, **row}
        for kind, table in REGISTRIES.items()
        for row in read.execute(_WAITING.format(table=table).encode(), asked)
        if row["count"]
    ]
    return {
        "task.open": opening,
        "draw.prepare": preparing,
        "task.complete": read.execute(_COMPLETING, asked).fetchall(),
        "registry.confirm": waiting,
        "plan.draft": _missing_plan(read, asked),
        "calendar.record": _missing_calendar(read, asked["today"][:4]),
    }


def _missing_plan(read: Read, asked: dict[str, Any]) -> list[Row]:
    """A year without a plan is the business of who issued the newest one, or of every desk where there was none yet."""
    year = asked["today"][:4]
    newest = read.execute(
        "SELECT id, issuer FROM projections.plans_v2 ORDER BY id DESC LIMIT 1"
    ).fetchone()
    if newest is not None and (newest["id"] >= year or newest["issuer"] != asked["department"]):
        return []
    return [{"id": year, "term": "plan", "base": year}]


def _missing_calendar(read: Read, year: str) -> list[Row]:
    """A year whose holidays nobody recorded counts weekends only."""
    known = read.execute("SELECT FROM projections.calendars_v1 WHERE year = %s", [int(year)])
    return [] if known.rowcount else [{"id": year}]


def _sorted(rows: list[Row], reckoning: Reckoning, today: str) -> list[Row]:
    due_of = cache(lambda term, base: _due(reckoning, term, base))
    for row in rows:
        row.setdefault("count", 1)
        row.setdefault("secret", None)
        due: Due | None = due_of(row["term"], row["base"]) if row["base"] else None
        row["due"] = due.day if due else None
        row["assumed"] = list(due.assumed) if due else []
        row["days_left"] = _days(today, due.day) if due else None
        row["state"] = "open" if due is None else "overdue" if due.day < today else "due"
    return sorted(rows, key=lambda row: (row["due"] or "9", row["act"], row["id"], row["number"]))


def _due(reckoning: Reckoning, term: Term, base: str) -> Due:
    match term:
        case "result":
            return reckoning.result(base)
        case "publication":
            return reckoning.publication(base)
        case "plan":
            return reckoning.plan(int(base))
        case "named":
            return reckoning.named(base)
        case _:
            assert_never(term)


def _days(today: str, day: str) -> int:
    return (date.fromisoformat(day) - date.fromisoformat(today)).days
