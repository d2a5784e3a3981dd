"""Documents to print and to edit: those of the public, and those of a visit for who may see it."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Response

from api.access import PartsNow, PersonNow, person_of
from api.acting import Person
from api.answers import PUBLIC, STAFF
from api.documents import draws, inspections, plans, results
from api.documents.content import Document
from api.documents.sheet import xlsx
from api.documents.sources import Sources, sources_of
from api.documents.typeset import pdf
from api.documents.word import docx
from api.looks import inspection_for
from api.parts import Parts
from api.personal import may_read, personal_of
from api.text import Word
from api.visit_routes import statements_for
from projections.reading import Read, Row

router = APIRouter(tags=["文书 / documents"], responses=STAFF, dependencies=[Depends(person_of)])
public = APIRouter(tags=["文书 / documents"], responses=PUBLIC)
WRITERS: dict[str, tuple[Callable[[Document, str | None], bytes], str]] = {
    "pdf": (pdf, "application/pdf"),
    "docx": (docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": (xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
STATEMENTS = {"account": "经过", "caption": "证据说明", "statement": "被检查人陈述"}
Letter = Annotated[Literal["pdf", "docx"], Query(description="格式 / form")]
Sheet = Annotated[Literal["pdf", "xlsx"], Query(description="格式 / form")]
Print = Annotated[Literal["pdf"], Query(description="格式 / form")]
Year = Annotated[str, Path(pattern=r"^[0-9]{4}$")]
Number = Annotated[int, Path(ge=1, le=1000)]


def _files(*forms: str) -> dict[int | str, dict[str, Any]]:
    content = {
        WRITERS[form][1]: {"schema": {"type": "string", "format": "binary"}} for form in forms
    }
    return {200: {"description": "文书 / the document", "content": content}}


LETTER, SHEET, PRINT = _files("pdf", "docx"), _files("pdf", "xlsx"), _files("pdf")


@public.get(
    "/public/documents/plans/{year}",
    response_class=Response,
    responses=SHEET,
    summary="年度计划表 / the plan table",
)
def plan_table(year: Year, parts: PartsNow, form: Sheet = "pdf") -> Response:
    """The rows of the published plan that hold."""
    return _written(parts, form, lambda sources: plans.plan_table(sources, year))


@public.get(
    "/public/documents/schemes/{number}",
    response_class=Response,
    responses=LETTER,
    summary="实施方案 / the implementing scheme",
)
def scheme(number: Word, parts: PartsNow, form: Letter = "pdf") -> Response:
    """The published scheme of a plan row."""
    return _written(parts, form, lambda sources: plans.scheme(sources, number))


@public.get(
    "/public/documents/draws/{draw_id}",
    response_class=Response,
    responses=PRINT,
    summary="抽取记录 / the record of a draw",
)
def draw_record(draw_id: Word, parts: PartsNow, form: Print = "pdf") -> Response:
    """How list and chance were fixed; who was drawn, once that is public."""
    return _written(parts, form, lambda sources: draws.draw_record(sources, draw_id))


@public.get(
    "/public/documents/results/{task}",
    response_class=Response,
    responses=SHEET,
    summary="结果公示表 / the publication table of a task",
)
def publication_table(task: Word, parts: PartsNow, form: Sheet = "pdf") -> Response:
    """Every published result of a task."""
    return _written(parts, form, lambda sources: results.publication_table(sources, task))


@router.get(
    "/documents/plans/{year}",
    response_class=Response,
    responses=SHEET,
    summary="年度计划表，草案在内 / the plan table, drafts too",
)
def plan_draft(year: Year, parts: PartsNow, form: Sheet = "pdf") -> Response:
    """The rows of the plan as last written."""
    return _written(parts, form, lambda sources: plans.plan_draft(sources, year))


@router.get(
    "/documents/inspections/{inspection}/notice",
    response_class=Response,
    responses=LETTER,
    summary="检查通知书 / the notice of a visit",
)
def notice(inspection: Word, parts: PartsNow, person: PersonNow, form: Letter = "pdf") -> Response:
    """The letter as it was written. Names of officers stand in it as far as the reader may know them, else room for them."""
    found = inspection_for(parts, person, inspection)

    def make(sources: Sources) -> Document:
        return inspections.notice(sources, found, _names(parts, sources.read, person, found))

    return _written(parts, form, make)


@router.get(
    "/documents/inspections/{inspection}/record",
    response_class=Response,
    responses=LETTER,
    summary="检查记录表 / the on-site record",
)
def record(inspection: Word, parts: PartsNow, person: PersonNow, form: Letter = "pdf") -> Response:
    """What was recorded of the visit; sealed texts stand in it for those who may read them."""
    found = inspection_for(parts, person, inspection)

    def make(sources: Sources) -> Document:
        names = _names(parts, sources.read, person, found)
        told = [
            (STATEMENTS[one["field"]], one["text"])
            for one in statements_for(parts, sources.read, person, found) or ()
        ]
        return inspections.record(sources, found, names, told)

    return _written(parts, form, make)


@router.get(
    "/documents/inspections/{inspection}/result",
    response_class=Response,
    responses=LETTER,
    summary="检查结果告知书 / the notice of a result",
)
def result_notice(
    inspection: Word, parts: PartsNow, person: PersonNow, form: Letter = "pdf"
) -> Response:
    """For the inspected party, once the result is approved."""
    found = inspection_for(parts, person, inspection)
    return _written(parts, form, lambda sources: inspections.result_notice(sources, found))


@router.get(
    "/documents/inspections/{inspection}/orders/{number}",
    response_class=Response,
    responses=LETTER,
    summary="责令改正通知书 / an order to correct",
)
def correction_order(
    inspection: Word, number: Number, parts: PartsNow, person: PersonNow, form: Letter = "pdf"
) -> Response:
    """The order with this number among the follow-ups of the visit."""
    found = inspection_for(parts, person, inspection)
    return _written(
        parts, form, lambda sources: inspections.correction_order(sources, found, number)
    )


def _names(parts: Parts, read: Read, person: Person, found: Row) -> dict[str, str]:
    """The names of the officers of a visit that this person may read anyway."""
    own = [one["id"] for one in found["team"] if may_read(person, "officer", one["id"])]
    told = {id_: personal_of(parts, read, "officer", id_, person) for id_ in own}
    return {id_: fields["name"] for id_, fields in told.items() if "name" in fields}


def _written(parts: Parts, form: str, make: Callable[[Sources], Document]) -> Response:
    with parts.reader.snapshot() as read:
        document = make(sources_of(parts, read))
    write, media_type = WRITERS[form]
    return Response(write(document, parts.settings.public_address), media_type=media_type)
