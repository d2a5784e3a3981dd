"""How pages are made from templates, and where their links lead: between the files of a site, or between the service's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.plan_changes import field_name, value_of
from api.public_words import WORDS, reason, stratum
from api.verifier import PAGE, PROGRAM

if TYPE_CHECKING:
    from projections.reading import Row

TEMPLATES = Path(__file__).parent / "templates"
STYLE = "style.css"
CHINA = timedelta(hours=8)


@dataclass(frozen=True, kw_only=True)
class Links:
    """Where a page's links lead; with `{id}` in it a draw's or a task's number stands there. None where there is no such page."""

    style: str
    home: str | None
    guide: str | None
    task: str | None
    draw: str
    bundle: str
    verifier: str
    program: str
    slip: str | None
    slip_json: str | None

    def to(self, name: str, id_: str = "") -> str | None:
        """The address of a page, or None."""
        address: str | None = getattr(self, name)
        return address and address.replace("{id}", quote(id_, safe=""))


SITE = Links(
    style=STYLE,
    home="index.html",
    guide="verify.html",
    task="task-{id}.html",
    draw="draw-{id}.html",
    bundle="data/{id}.json",
    verifier=PAGE,
    program=PROGRAM,
    slip=None,
    slip_json=None,
)
SERVICE = Links(
    style=f"/public/{STYLE}",
    home=None,
    guide=None,
    task=None,
    draw="/public/draws/{id}/page",
    bundle="/public/draws/{id}/bundle",
    verifier=f"/public/{PAGE}",
    program=f"/public/{PROGRAM}",
    slip="/public/draws/{id}/slip",
    slip_json="/public/draws/{id}/entities/",
)


def render(template: str, values: dict[str, Any]) -> str:
    """A page as text."""
    return _PAGES.get_template(template).render(values)


def percent(ratio: list[int]) -> str:
    """Write p/q as a percentage, exactly where two decimals suffice, else as the fraction that it is."""
    p, q = ratio
    hundredths, rest = divmod(p * 10_000, q)
    if rest:
        return f"{p}/{q}"
    whole, part = divmod(hundredths, 100)
    return f"{whole}.{part:02}".rstrip("0").rstrip(".") + "%"


def fraction(ticket: str) -> str:
    """A ticket of 32 bytes in hex as a number from 0 to 1 with six decimals, cut off, so that people can compare two."""
    return f"0.{int(ticket, 16) * 10**6 >> 256:06}"


def moment(instant: str | None) -> str:
    """An RFC 3339 UTC instant on the clocks of China, to the minute."""
    if instant is None:
        return "—"
    return f"{datetime.fromisoformat(instant) + CHINA:%Y-%m-%d %H:%M}"


def family(draws: list[Row], draw: Row) -> list[Row]:
    """The draws of the same stage as one, in order; of a substitute, those of the same seat."""
    if draw["stage"] == "replacement":
        near = {draw["id"], *draw["predecessors"]}
        return [one for one in draws if one["id"] in near or draw["id"] in one["predecessors"]]
    return [one for one in draws if one["stage"] == draw["stage"]]


def _pages() -> Environment:
    pages = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {
        "moment": moment,
        "day": lambda instant: moment(instant)[:10],
        "fraction": fraction,
        "reason": reason,
        "field_name": field_name,
        "value_of": value_of,
        "stratum": stratum,
    }
    pages.globals |= {"percent": percent, "words": WORDS}
    return pages


_PAGES = _pages()
