"""What the public sees, as plain files: HTML for people, JSON for programs; nothing from elsewhere, and no script but the verifier's.

It is made of the `public_` queries alone, in one snapshot, so it cannot show what the public must not know; officers
appear by their ids only. Every page says to which position of the ledger it belongs.
"""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api import verifier
from api.pages import SITE, STYLE, TEMPLATES, family, render
from api.public_draws import shown_draw
from domain.canonical import canon
from domain.lottery.assignment_input import EXPERTS
from domain.lottery.quota import Ratio
from ledger.note import Checkpoint, Note
from projections.queries import campaigns, inspections, planning, registries
from projections.reading import Page, position

if TYPE_CHECKING:
    from pathlib import Path

    from projections.reading import Read, Row

EVERYTHING = Page(limit=10_000_000)


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
        "revisions": planning.public_revisions(read, str(year)),
        "departments": department_names(read),
        "items": item_names(read),
        "links": SITE,
        "site_title": f"{year} 年双随机、一公开",
        "example": example,
        "position": size,
        "checkpoint": seal.checkpoint,
        "checkpoint_size": head.size,
        "checkpoint_root": head.root.hex(),
        "vkey": seal.vkey,
        "bundle_example": next((d["id"] for t in tasks for d in t["draws"] if d["bundle"]), None),
    }
    (folder / "data").mkdir(parents=True)
    shutil.copyfile(TEMPLATES / STYLE, folder / STYLE)
    for name in (verifier.PAGE, verifier.PROGRAM):
        shutil.copyfile(verifier.FOLDER / name, folder / name)
    _write_data(folder, plan, tasks, size)
    _write_pages(folder, common)


def department_names(read: Read) -> dict[str, str]:
    """The departments, and what stands in the place of one for experts."""
    own = {row["id"]: row["name"] for row in _registry(read, "department")}
    return {**own, EXPERTS: "专家"}


def item_names(read: Read) -> dict[str, str]:
    """The items by their codes."""
    return {row["code"]: row["name"] for row in _registry(read, "item")}


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
        "scheme": opened["scheme"] if opened else None,
        "implementing": planning.public_scheme(read, number),
        "completed": bool(opened and opened["completed"]),
        "closed": opened["closed"] if opened else 0,
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
                (folder / _data(draw)).write_bytes(canon(draw["bundle"]) + b"\n")
    told = [
        {
            "plan_number": task["row"]["number"],
            "completed": task["completed"],
            "draws": [
                {
                    **{name: draw[name] for name in ("id", "stage", "status", "void_reason")},
                    "proof": _data(draw) if draw["bundle"] is not None else None,
                }
                for draw in task["draws"]
            ],
            "results": task["results"],
        }
        for task in tasks
    ]
    index = {"position": size, "plan": plan, "tasks": told}
    (folder / "data" / "index.json").write_bytes(canon(index) + b"\n")


def _data(draw: Row) -> str:
    return f"data/{draw['id']}.json"


def _write_pages(folder: Path, common: dict[str, Any]) -> None:
    _write(folder / "index.html", "index.html.j2", common)
    _write(folder / "verify.html", "verify.html.j2", common)
    for task in common["tasks"]:
        page = folder / f"task-{task['row']['number']}.html"
        _write(page, "task.html.j2", {**common, "task": task})
        for draw in task["draws"]:
            more = draw_values(task, task["draws"], draw)
            _write(folder / f"draw-{draw['id']}.html", "draw.html.j2", {**common, **more})


def draw_values(task: Row, draws: list[Row], draw: Row) -> dict[str, Any]:
    """What the page of a draw shows beside what all pages do."""
    return {
        "task": task,
        "draw": draw,
        "family": family(draws, draw),
        "terms": task["row"]["entities_draw" if draw["stage"] == "entities" else "officers_draw"],
        "substitutes": [one for one in draws if one["seat"] is not None],
    }


def _write(path: Path, template: str, values: dict[str, Any]) -> None:
    path.write_text(render(template, values), "utf-8")
