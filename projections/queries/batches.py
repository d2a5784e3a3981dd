"""Batches of changes, comparisons with outside lists, vocabularies, and what of a registry runs out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg.sql import SQL, Identifier

from projections.reading import Page

if TYPE_CHECKING:
    from typing import LiteralString

    from projections.queries.stories import Subject
    from projections.reading import Read, Row

FIRST = Page()
MOST = 20_000  # as many as one act may name
_TABLES: dict[Subject, LiteralString] = {
    "entity": "entities_v3",
    "officer": "officers_v4",
    "expert": "experts_v3",
}


def batches(read: Read, *, page: Page = FIRST) -> list[Row]:
    """Batches by id, each with the number of its `entries` and of those that an undoing left out."""
    statement = """
        SELECT id, status, jsonb_array_length(proposals) AS entries, undoes, reason,
            jsonb_array_length(left_out) AS kept, rejected_for, leaf, last_by, last_at
        FROM projections.batches_v1
        WHERE %(after)s::text IS NULL OR id > %(after)s ORDER BY id LIMIT %(limit)s"""
    return read.execute(statement, vars(page)).fetchall()


def batch(read: Read, id_: str) -> Row | None:
    """One batch with its `proposals` and `left_out`."""
    statement = "SELECT * FROM projections.batches_v1 WHERE id = %s"
    return read.execute(statement, [id_]).fetchone()


def proposals(
    read: Read, registry: Subject, *, by: str | None = None, act: str | None = None
) -> list[Row]:
    """What waits in a registry, as one act confirms it: registry, id and version; of somebody, or of one kind, or all."""
    statement = SQL(
        """
        SELECT %(registry)s AS registry, id, (pending ->> 'version')::bigint AS version
        FROM {} WHERE to_leaf IS NULL AND pending IS NOT NULL
            AND (%(by)s::text IS NULL OR pending ->> 'by' = %(by)s)
            AND (%(act)s::text IS NULL OR pending ->> 'act' = %(act)s)
        ORDER BY id LIMIT %(limit)s"""
    ).format(Identifier("projections", _TABLES[registry]))
    values = {"registry": registry, "by": by, "act": act, "limit": MOST}
    return read.execute(statement, values).fetchall()


def reconciliations(read: Read, *, page: Page = FIRST) -> list[Row]:
    """Comparisons by id, without their differences."""
    statement = """
        SELECT id, registry, kinds, source, document, listed, found, waiting, opened_by, opened_at, last_at
        FROM projections.reconciliations_v1
        WHERE %(after)s::text IS NULL OR id > %(after)s ORDER BY id LIMIT %(limit)s"""
    return read.execute(statement, vars(page)).fetchall()


def reconciliation(read: Read, id_: str) -> Row | None:
    """One comparison with every difference."""
    statement = "SELECT * FROM projections.reconciliations_v1 WHERE id = %s"
    return read.execute(statement, [id_]).fetchone()


def vocabularies(read: Read) -> list[Row]:
    """The words with which each registry may be tagged."""
    return read.execute("SELECT * FROM projections.vocabulary_v1 ORDER BY registry").fetchall()


def expiring(read: Read, by: str) -> list[Row]:
    """Licences of entities and certificates of officers in use whose last day is `by` or before it, the earliest first."""
    statement = """
        SELECT 'entity' AS registry, licence.entity AS id, entity.name, licence.kind,
            licence.number, licence.issuer, licence.expires
        FROM projections.licences_v1 AS licence
        JOIN projections.entities_v3 AS entity
            ON entity.id = licence.entity AND entity.to_leaf IS NULL AND entity.active
        WHERE licence.expires <> '' AND licence.expires <= %(by)s
        UNION ALL
        SELECT 'officer', id, NULL, '执法证', NULL, NULL, certificate_expires
        FROM projections.officers_v4
        WHERE to_leaf IS NULL AND active AND certificate_expires <= %(by)s
        ORDER BY expires, registry, id, number"""
    return read.execute(statement, {"by": by}).fetchall()
