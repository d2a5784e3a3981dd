"""Registries, downloaded as spreadsheets."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.access import PartsNow, PersonNow, person_of, wait_until
from api.answers import POSITION_HEADER, STAFF
from api.exports import export_registry
from api.imports import RegistryKind
from api.spreadsheet import MEDIA_TYPE
from api.text import Leaf
from projections import reading

BINARY = {"schema": {"type": "string", "format": "binary"}}
router = APIRouter(tags=["导出 / exports"], responses=STAFF, dependencies=[Depends(person_of)])


@router.get(
    "/exports/{registry}.xlsx",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: BINARY}, "description": "XLSX"}},
    summary="导出清单或名录（XLSX）/ a registry as a spreadsheet",
)
def export_file(
    registry: RegistryKind,
    parts: PartsNow,
    person: PersonNow,
    as_of: Annotated[
        Leaf | None,
        Query(description="按账本前多少条记录 / as this many leaves of the ledger tell it"),
    ] = None,
) -> Response:
    """All entries, with the columns that an import reads; personal ones for those who may read them, and as of now only."""
    wait_until(parts, as_of or 0)
    with parts.reader.snapshot() as read:
        position = reading.position(read) if as_of is None else as_of
        content = export_registry(parts, read, registry, person, as_of)
    headers = {
        POSITION_HEADER: str(position),
        "Content-Disposition": f'attachment; filename="{registry}-{position}.xlsx"',
    }
    return Response(content, media_type=MEDIA_TYPE, headers=headers)
