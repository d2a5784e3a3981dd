"""What every document needs beside its own facts: names in words, and the state of the ledger that it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import quote

from api.documents.content import AsOf
from api.public_site import department_names, item_names
from domain.errors import DomainError
from projections.reading import Read, position

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.parts import Parts


@dataclass(frozen=True, kw_only=True)
class Sources:
    """A snapshot with the names in it."""

    read: Read
    as_of: AsOf
    departments: Mapping[str, str]
    items: Mapping[str, str]

    def department(self, id_: str) -> str:
        """The name of a department."""
        return self.departments.get(id_, id_)

    def departments_of(self, ids: Iterable[str]) -> str:
        """Departments in one line."""
        return "、".join(map(self.department, ids))

    def item(self, code: str) -> str:
        """The name of an item."""
        return self.items.get(code, code)

    def items_of(self, codes: Iterable[str]) -> str:
        """Items in one line."""
        return "；".join(map(self.item, codes))


def sources_of(parts: Parts, read: Read) -> Sources:
    """The sources of a snapshot; the time is that of its last leaf."""
    size = position(read)
    (last,) = parts.ledger.read(size - 1, 1)
    counted = parts.ledger.counted()
    return Sources(
        read=read,
        as_of=AsOf(
            position=size,
            at=last.envelope().recorded_at,
            checkpoint=counted.size if counted else None,
        ),
        departments=department_names(read),
        items=item_names(read),
    )


def no_document(detail: str) -> DomainError:
    """The refusal of a document that there is nothing to make of."""
    return DomainError("unknown-document", detail)


def path(*steps: str) -> str:
    """A path of the service, as it stands in addresses."""
    return "/" + "/".join(quote(step, safe="") for step in steps)


def day(written: str | None) -> str:
    """YYYY-MM-DD as documents write a day."""
    if not written:
        return ""
    on = date.fromisoformat(written)
    return f"{on.year}年{on.month}月{on.day}日"


def days(first: str, last: str) -> str:
    """Two days as documents write a time."""
    return f"{day(first)}至{day(last)}"


def order(number: int) -> str:
    """一 to 十九, as headings are counted."""
    digits = "〇一二三四五六七八九"
    tens, ones = divmod(number, 10)
    return ("十" if tens else "") + (digits[ones] if ones or not tens else "")
