"""The public's pages that need the service: one draw, one entity's slip; and the verifiers that need nothing."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, PlainTextResponse
from pydantic import BeforeValidator

from api import verifier
from api.access import PartsNow
from api.answers import PUBLIC
from api.pages import SERVICE, STYLE, TEMPLATES, render
from api.paging import known
from api.public_draws import shown_draw
from api.public_site import department_names, draw_values
from api.slips import public_slip
from api.text import Word
from domain.identifiers import normalise
from projections.queries import campaigns, draws
from projections.reading import Read, Row, position

router = APIRouter(tags=["公开网页 / public pages"], responses=PUBLIC)
_POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
# The lengths tell the three kinds of numbers apart (domain.identifiers).
_SCHEMES = {18: "uscc", 15: "reg", 10: "school"}


class Stylesheet(PlainTextResponse):
    """The style of all pages."""

    media_type = "text/css"


class Program(PlainTextResponse):
    """A program to download."""

    media_type = "text/x-python"


def _identifier(typed: object) -> object:
    """A number as people type it, with or without its scheme, in its one form."""
    if not isinstance(typed, str):
        return typed
    scheme, colon, written = typed.strip().replace("：", ":").partition(":")
    number = normalise(written if colon else scheme)
    scheme = scheme.lower() if colon else _SCHEMES.get(len(number), "")
    return f"{scheme}:{number}" if scheme else number


Typed = Annotated[Word, BeforeValidator(_identifier)]


@router.get(
    "/public/draws/{draw_id}/page",
    response_class=HTMLResponse,
    summary="一次抽取的网页 / the page of one draw",
)
def draw_page(draw_id: Word, parts: PartsNow) -> HTMLResponse:
    """How list and rule were fixed, what chance came from, who was drawn, and where an entity asks for itself."""
    with parts.reader.snapshot() as read:
        found = _draw(read, draw_id)
        values = _common(read, found) | draw_values(*_task(read, found), shown_draw(read, found))
    return _page("draw.html.j2", values)


@router.get(
    "/public/draws/{draw_id}/slip",
    response_class=HTMLResponse,
    summary="查一家单位是否被抽中 / was this entity drawn?",
)
def slip_page(draw_id: Word, entity: Annotated[Typed, Query()], parts: PartsNow) -> HTMLResponse:
    """The slip of an entity in words; the number may be typed without its scheme."""
    with parts.reader.snapshot() as read:
        slip = public_slip(read, draw_id, entity)
        found = _draw(read, draw_id)
        opened = draws.public_strata(read, draw_id) or {"strata": []}
        own = next((one for one in opened["strata"] if one["stratum"] == slip["stratum"]), None)
        values = _common(read, found) | draw_values(*_task(read, found), found)
    return _page("slip.html.j2", {**values, "slip": slip, "own": own})


@router.get(f"/public/{STYLE}", response_class=Stylesheet, summary="网页样式 / style of the pages")
def style() -> Stylesheet:
    """The one stylesheet."""
    return Stylesheet((TEMPLATES / STYLE).read_text("utf-8"))


@router.get(
    f"/public/{verifier.PAGE}",
    response_class=HTMLResponse,
    summary="核验工具（网页）/ stand-alone verifier as a page",
)
def verifier_page() -> HTMLResponse:
    """One file: save it, use it offline. The policy lets its own script run and nothing else."""
    headers = {"Content-Security-Policy": verifier.policy()}
    return HTMLResponse(verifier.text_of(verifier.PAGE), headers=headers)


@router.get(
    f"/public/{verifier.PROGRAM}",
    response_class=Program,
    summary="核验程序（Python 单文件）/ stand-alone verifier as a program",
)
def verifier_program() -> Program:
    """One file that needs Python 3.9 and nothing else."""
    headers = {"Content-Disposition": f'attachment; filename="{verifier.PROGRAM}"'}
    return Program(verifier.text_of(verifier.PROGRAM), headers=headers)


def _draw(read: Read, draw_id: str) -> Row:
    return known(draws.public_draw(read, draw_id), "unknown-draw", "没有此抽取 / no such draw")


def _task(read: Read, draw: Row) -> tuple[Row, list[Row]]:
    task = campaigns.public_task(read, draw["task"])
    assert task is not None  # noqa: S101 - a draw is prepared for a task
    return task, task["draws"]


def _common(read: Read, draw: Row) -> dict[str, Any]:
    """What the frame of every page needs."""
    return {
        "links": SERVICE,
        "site_title": f"{draw['task']} 双随机、一公开",
        "example": False,
        "position": position(read),
        "departments": department_names(read),
    }


def _page(template: str, values: dict[str, Any]) -> HTMLResponse:
    return HTMLResponse(render(template, values), headers={"Content-Security-Policy": _POLICY})
