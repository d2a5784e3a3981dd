"""抽查事项清单: rows that belong to one item become one record.

An item is known by its issuer, class, name and subject. A row that repeats these and differs in legal basis, body or
method continues the item: lists write one legal basis a row under an item that is merged over all of them.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from api.imports import cells
from api.imports.records import ItemRecord
from domain.canonical import canon

if TYPE_CHECKING:
    from api.imports.reading import Reading
    from domain.item_versions import Category


def read_item(row: Reading) -> ItemRecord | None:
    """Read what one row says, or None where it cannot be read (see `row.problems`)."""
    department = row.take("department", cells.line, "")
    item_class = row.take("item_class", cells.line, "")
    name = row.take("name", cells.line, "")
    subject = row.take("subject", cells.line, "")
    unread: Category = "一般"
    item = ItemRecord(
        code=row.take("code", cells.slug, "") or item_code(department, item_class, name, subject),
        department=department,
        item_class=item_class,
        name=name,
        subject=subject,
        category=row.take("category", cells.category, unread),
        method=row.take("method", cells.line, ""),
        body=row.take("body", cells.line, ""),
        legal_basis=row.take("legal_basis", cells.text, ""),
        row=row.place,
    )
    return None if row.problems else item


def item_code(department: str, item_class: str, name: str, subject: str) -> str:
    """Make a code for an item whose list gives none: the same item has the same code in every edition of the list."""
    digest = hashlib.sha256(canon([department, item_class, name, subject])).hexdigest()
    return f"X{digest[:12].upper()}"


def is_same_item(item: ItemRecord, other: ItemRecord) -> bool:
    """Tell whether two rows with one code speak of one item."""
    return _identity(item) == _identity(other)


def unite(rows: list[ItemRecord]) -> ItemRecord:
    """Make one item of its rows: legal bases, bodies and methods each once, in order, one a line."""
    return replace(
        rows[0],
        method=_join([row.method for row in rows]),
        body=_join([row.body for row in rows]),
        legal_basis=_join([row.legal_basis for row in rows]),
    )


def _identity(item: ItemRecord) -> tuple[str, str, str, str]:
    return item.department, item.item_class, item.name, item.subject


def _join(texts: list[str]) -> str:
    return "\n".join(dict.fromkeys(filter(None, texts)))
