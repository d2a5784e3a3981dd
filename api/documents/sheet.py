"""The table of a document as XLSX, for clerks who go on working with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.documents.content import Table
from api.spreadsheet import write_spreadsheet

if TYPE_CHECKING:
    from api.documents.content import Document


def xlsx(document: Document, public: str | None) -> bytes:
    """The first table of a document; below it stand its title and where it comes from."""
    table = next(one for one in document.blocks if isinstance(one, Table))
    origin = (
        (),
        (document.title, document.issuer),
        (document.foot,),
        (document.as_of.words,),
        (document.address(public) or document.path,),
    )
    return write_spreadsheet("表", table.head, (*table.rows, *origin))
