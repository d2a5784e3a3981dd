"""What the public sees, as plain files: HTML for people, JSON for programs; no script, nothing from elsewhere.

It is made of the `public_` queries alone, in one snapshot, so it cannot show what the public must not know; officers
appear by their ids only. Every page says to which position of the ledger it belongs.
"""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.public_draws import shown_draw
from api.public_words import WORDS
from domain.canonical import canon
from domain.lottery.quota import Ratio
from ledger.note import Checkpoint, Note
from projections.queries import campaigns, inspections, registries
from projections.reading import Page, position

if TYPE_CHECKING:
    from projections.reading import Read, Row

TEMPLATES = Path(__file__).parent / "templates"
EVERYTHING = Page(limit=10_000_000)
CHINA = timedelta(hours=8)


@dataclass(frozen=True, kw_only=True)
class Seal:
    """What the pages can be checked against: the log's verifier key and its newest checkpoint."""

    vkey: str
    checkpoint: str


def write_site(read: Read, folder: Path, *, year: int, seal: Seal, example: bool) -> None:
    """Write the site of a year's published plan into a new folder; `example` says that everything in it is made up.

    Raises LookupError where no plan of that year is published.
    """
    plan = campaigns.public_plan(read, str(year))
    if plan is None:
        raise LookupError(year)
    tasks = [_task(read, row["row"]) for row in plan["rows"]]
    size = position(read)
    head = Checkpoint.parse(Note.parse(seal.checkpoint).text)
    common = {
        "plan": plan,
        "tasks": tasks,
        "departments": {row["id"]: row["name"] for row in _registry(read, "department")},
        "items": {row["code"]: row["name"] for row in _registry(read, "item")},
        "words": WORDS,
        "site_title": f"{year} 年双随机、一公开",
        "example": example,
        "position": size,
        "checkpoint": seal.checkpoint,
        "checkpoint_size": head.size,
        "checkpoint_root": head.root.hex(),
        "vkey": seal.vkey,
        "bundle_example": next((d["data"] for t in tasks for d in t["draws"] if d["bundle"]), ""),
    }
    (folder / "data").mkdir(parents=True)
    shutil.copyfile(TEMPLATES / "style.css", folder / "style.css")
    _write_data(folder, plan, tasks, size)
    _write_pages(folder, common)


def _registry(read: Read, kind: registries.Registry) -> list[Row]:
    return registries.registry(read, kind, page=EVERYTHING)


def _task(read: Read, row: Row) -> Row:
    """A plan row with its campaign, if that was opened: draws and results as far as they are public."""
    number = row["number"]
    opened = campaigns.public_task(read, number)
    draws = [shown_draw(read, draw) for draw in opened["draws"]] if opened else []
    results = inspections.public_results(read, task=number, limit=EVERYTHING.limit)
    standing = [d for d in draws if d["stage"] == "entities" and d["status"] == "disclosed"]
    p, q = row["ratio"]
    return {
        "row": row,
        "page": f"task-{number}.html",
        "scheme": opened["scheme"] if opened else None,
        "completed": bool(opened and opened["completed"]),
        "draws": draws,
        "entities": standing[0] if standing else None,
        "least": Ratio(p=p, q=q).of(standing[0]["pool"]) if standing else None,
        "voided": sum(draw["status"] == "voided" for draw in draws),
        "results": results[::-1],
        "tally": Counter(result["category"] for result in results).most_common(),
    }


def _write_data(folder: Path, plan: Row, tasks: list[Row], size: int) -> None:
    """The same facts for programs, as canonical JSON; a draw's file is its proof bundle, byte for byte."""
    for task in tasks:
        for draw in task["draws"]:
            if draw["bundle"] is not None:
                (folder / draw["data"]).write_bytes(canon(draw["bundle"]) + b"\n")
    told = [
        {
            "plan_number": task["row"]["number"],
            "completed": task["completed"],
            "draws": [
                {
                    **{name: draw[name] for name in ("id", "stage", "status", "void_reason")},
                    "proof": draw["data"] if draw["bundle"] is not None else None,
                }
                for draw in task["draws"]
            ],
            "results": task["results"],
        }
        for task in tasks
    ]
    index = {"position": size, "plan": plan, "tasks": told}
    (folder / "data" / "index.json").write_bytes(canon(index) + b"\n")


def _write_pages(folder: Path, common: dict[str, Any]) -> None:
    pages = _pages()
    _write(folder / "index.html", pages, "index.html.j2", common)
    _write(folder / "verify.html", pages, "verify.html.j2", common)
    for task in common["tasks"]:
        _write(folder / task["page"], pages, "task.html.j2", {**common, "task": task})
        for draw in task["draws"]:
            more = {"task": task, "draw": draw}
            _write(folder / draw["page"], pages, "draw.html.j2", {**common, **more})


def _write(path: Path, pages: Environment, template: str, values: dict[str, Any]) -> None:
    path.write_text(pages.get_template(template).render(values), "utf-8")


def _pages() -> Environment:
    pages = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["moment"] = _moment
    pages.filters["day"] = lambda instant: _moment(instant)[:10]
    pages.globals["percent"] = percent
    return pages


def percent(ratio: list[int]) -> str:
    """Write p/q as a percentage, exactly where two decimals suffice, else as the fraction that it is."""
    p, q = ratio
    hundredths, rest = divmod(p * 10_000, q)
    if rest:
        return f"{p}/{q}"
    whole, part = divmod(hundredths, 100)
    return f"{whole}.{part:02}".rstrip("0").rstrip(".") + "%"


def _moment(instant: str | None) -> str:
    """An RFC 3339 UTC instant on the clocks of China, to the minute."""
    if instant is None:
        return "—"
    return f"{datetime.fromisoformat(instant) + CHINA:%Y-%m-%d %H:%M}"
