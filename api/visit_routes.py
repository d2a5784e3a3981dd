"""What belongs to one visit beside its result: files, checklists, sealed texts, and the standard it goes by."""

from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, File, Form, Path, Response, UploadFile
from fastapi.responses import StreamingResponse

from api.access import PartsNow, PersonNow, person_of, require_role
from api.acting import Person
from api.acts import record
from api.answers import ACTING, STAFF
from api.looks import inspection_for, open_for_review
from api.paging import PageAsked, known, listing
from api.parts import Parts
from api.personal import text_of
from api.shapes.inspections import (
    Checklists,
    ChecklistShown,
    EvidenceTaken,
    StandardShown,
    Statements,
)
from api.signatures import SentWith
from api.text import Line, Word
from domain.errors import DomainError
from domain.visit_commands import AttachEvidence, MediaType
from domain.visit_standard import terms_now
from ledger.evidence import handed_out
from projections.queries import checklists as checklist_queries
from projections.queries import inspections
from projections.reading import Read, Row

router = APIRouter(tags=["现场检查 / visits"], responses=STAFF, dependencies=[Depends(person_of)])
SEALED = ("account", "caption", "statement")
TRUSTED = ("reviewer", "discipline")
Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256")]
# A file is somebody else's content: it is handed over, never shown or run in our name.
HANDED_OVER = {"Content-Security-Policy": "default-src 'none'; sandbox"}
FILE = {"schema": {"type": "string", "format": "binary"}}
FILES = {"description": "文件 / the file", "content": dict.fromkeys(get_args(MediaType), FILE)}


@router.post(
    "/inspections/{inspection}/evidence",
    responses=ACTING,
    summary="附加证据文件 / attach a file",
)
def attach(  # noqa: PLR0913 - each parameter of the request is one
    *,
    inspection: Word,
    parts: PartsNow,
    person: PersonNow,
    response: Response,
    sent: SentWith,
    file: Annotated[UploadFile, File(description="JPEG、PNG、PDF、MP4、M4A")],
    item: Annotated[Line, Form(description="所属事项，可空 / item, may be empty")] = "",
    taken_at: Annotated[
        Line, Form(description="设备拍摄时间，可空 / by the device, may be empty")
    ] = "",
    caption: Annotated[Line, Form(description="说明，密封保存 / sealed")] = "",
) -> EvidenceTaken:
    """Take a file in and record its hash, size and type, which is what its first bytes say.

    For officers who have checked in; of what is followed up, for others of the departments that inspect. The same bytes are
    the same file, so that a signature can be made beforehand.
    """
    require_role(person, "officer", "reviewer", "clerk")
    found = inspection_for(parts, person, inspection)
    departments = [own["department"] for own in found["assigned"]["items"]]
    if person.id not in found["checked_in"] and person.department not in departments:
        detail = "由到场的检查人员或参加检查的部门附加 / for who was there, or a department that inspects"
        raise DomainError("other-department", detail)
    kept = parts.evidence.keep(file.file)
    command = AttachEvidence(
        inspection=inspection, item=item, taken_at=taken_at, caption=caption, **vars(kept)
    )
    answer = record(parts, person, [command], sent, response)
    return EvidenceTaken(**answer.model_dump(), **vars(kept))


@router.get(
    "/inspections/{inspection}/evidence/{digest}",
    response_class=Response,
    responses={200: FILES},
    summary="证据文件 / a file",
)
def evidence(
    inspection: Word, digest: Digest, parts: PartsNow, person: PersonNow
) -> StreamingResponse:
    """The bytes, once they were read and are what the ledger says; a reviewer's opening is recorded.

    Raises "evidence-missing" or "evidence-damaged" where the folder has lost or changed them.
    """
    found = inspection_for(parts, person, inspection)
    own = next((one for one in found["evidence"] if one["sha256"] == digest), None)
    file = known(own, "unknown-evidence", "本次检查没有此证据文件 / no such file of this visit")
    opened = parts.evidence.open(digest, file["size"])
    open_for_review(parts, person, found, digest)
    name = f'attachment; filename="{digest}"'
    headers = {**HANDED_OVER, "Content-Disposition": name, "Content-Length": str(file["size"])}
    return StreamingResponse(handed_out(opened), media_type=file["media_type"], headers=headers)


@router.get(
    "/inspections/{inspection}/statements",
    response_model=Statements,
    summary="现场记录的密封文字 / the sealed texts of a visit",
)
def statements(inspection: Word, parts: PartsNow, person: PersonNow) -> dict[str, Any]:
    """What the inspected party said, how it went where nothing could be looked at, and what the files show.

    For the officers of the visit, reviewers and the discipline office.
    """
    found = inspection_for(parts, person, inspection)
    with parts.reader.snapshot() as read:
        rows = statements_for(parts, read, person, found)
    if rows is None:
        require_role(person, *TRUSTED)
    return {"entries": rows}


def statements_for(
    parts: Parts, read: Read, person: Person, found: Row
) -> list[dict[str, Any]] | None:
    """The sealed texts of a visit, or None for somebody who may not read them."""
    if person.id not in found["officers"] and not person.has(*TRUSTED):
        return None
    rows = inspections.sealed_texts(read, found["id"], SEALED)
    return [_statement(parts, row) for row in rows]


@router.get("/checklists", response_model=Checklists, summary="检查要点列表 / checklists of items")
def checklists(parts: PartsNow, page: PageAsked) -> dict[str, Any]:
    """Checklists by the code of their item."""
    with parts.reader.snapshot() as read:
        rows = checklist_queries.checklists(read, page=page)
    return listing(rows, page)


@router.get(
    "/checklists/{item}", response_model=ChecklistShown, summary="一个事项的检查要点 / a checklist"
)
def checklist(item: Word, parts: PartsNow) -> dict[str, Any]:
    """The points that hold, and the draft that waits for its review."""
    with parts.reader.snapshot() as read:
        found = checklist_queries.checklist(read, item)
    return known(found, "unknown-checklist", "该事项没有检查要点 / the item has no checklist")


@router.get(
    "/standard", response_model=StandardShown, summary="现行检查规范 / the standard of visits"
)
def standard(parts: PartsNow) -> dict[str, Any]:
    """What every visit must have that is assigned now."""
    return {"terms": terms_now(parts.writer.history())}


def _statement(parts: Parts, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": row["version"],
        "type": row["type"],
        "field": row["field"],
        "text": text_of(parts, row),
    }
