"""What reads answer: one row that must be known, or lists in pages.

`cursor` is the id where the last page ended, `next_cursor` the one to go on with.
"""

from typing import Annotated, Any

from fastapi import Depends, Query

from api.text import Word
from domain.errors import DomainError
from projections.reading import LIMIT, Page, Row


def page_of(
    cursor: Annotated[
        Word | None, Query(description="上一页的 next_cursor / where the last page ended")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT, description="每页条数 / rows of a page")] = 50,
) -> Page:
    """The page that a request asks for."""
    return Page(after=cursor, limit=limit)


PageAsked = Annotated[Page, Depends(page_of)]


def listing(rows: list[Row], page: Page, key: str = "id", **more: object) -> dict[str, Any]:
    """One page as an answer; a page that is full may have another after it."""
    full = len(rows) == page.limit
    return {"entries": rows, "next_cursor": rows[-1][key] if full else None, **more}


def known(found: Row | None, code: str, detail: str) -> Row:
    """The row that was found, or the refusal that there is none."""
    if found is None:
        raise DomainError(code, detail)
    return found
