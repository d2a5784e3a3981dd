"""What the public sees, as plain files: HTML for people, JSON for programs; nothing from elsewhere, and no script but the verifier's.

It is made of the `public_` queries alone, in one snapshot, so it cannot show what the public must not know; officers
appear by their ids only. Every page says to which position of the ledger it belongs.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any

from api import verifier
from api.feed import feed
from api.open_data import tables
from api.pages import SITE, STYLE, TEMPLATES, family, render
from api.public_draws import shown_draw
from api.site_files import Head, SiteFiles
from api.statistics_routes import Asked, told
from domain.canonical import canon
from domain.item_versions import ItemDetails
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


def write_site(
    read: Read, folder: Path, *, year: int, seal: Seal, example: bool
) -> tuple[str, ...]:
    """Bring the site of a year's published plan up to date and name the files that were written.

    What tells the same as before stays as it is, with the position that it names. `example` says that everything in it is made
    up. Raises LookupError where no plan of that year is published.
    """
    plan = campaigns.public_plan(read, str(year))
    if plan is None:
        raise LookupError(year)
    note = Checkpoint.parse(Note.parse(seal.checkpoint).text)
    head = Head(
        position=position(read),
        checkpoint=seal.checkpoint,
        checkpoint_size=note.size,
        checkpoint_root=note.root.hex(),
    )
    tasks = [_task(read, row["row"]) for row in plan["rows"]]
    common = {
        "plan": plan,
        "tasks": tasks,
        "revisions": planning.public_revisions(read, str(year)),
        "departments": department_names(read),
        "items": item_names(read),
        "listed": _listed(read),
        "figures": told(read, Asked(year=str(year)), public=True, units=True)["figures"],
        "links": SITE,
        "site_title": f"{year} 年双随机、一公开",
        "example": example,
        "vkey": seal.vkey,
        "bundle_example": next((d["id"] for t in tasks for d in t["draws"] if d["bundle"]), None),
    }
    files = SiteFiles(folder, head)
    for source in (TEMPLATES / STYLE, *(verifier.FOLDER / one for one in _VERIFIERS)):
        files.tell(source.name, partial(_same, source.read_bytes()))
    _add_data(files, common)
    _add_pages(files, common)
    files.tell("feed.atom", partial(_same, feed(common, note.origin)))
    files.tell("checkpoint", lambda _: seal.checkpoint.encode())
    files.finish()
    return tuple(files.written)


_VERIFIERS = (verifier.PAGE, verifier.PROGRAM)


def _same(content: bytes, _head: Head) -> bytes:
    return content


def _listed(read: Read) -> list[Row]:
    """The items on the published list as the public reads them."""
    names = ("code", *(each.name for each in fields(ItemDetails)), "department", "published_at")
    rows = registries.registry(read, "item", page=EVERYTHING, where={"status": "published"})
    return [{name: row[name] for name in names} for row in rows if row["withdrawn"] is None]


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


def _add_data(files: SiteFiles, common: dict[str, Any]) -> None:
    """The same facts for programs, as canonical JSON and as tables; a draw's file is its proof bundle, byte for byte."""
    plan, tasks = common["plan"], common["tasks"]
    for task in tasks:
        for draw in task["draws"]:
            if draw["bundle"] is not None:
                files.tell(_data(draw), partial(_same, canon(draw["bundle"]) + b"\n"))
    told_of = [
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
    for name, content in (
        ("index", {"plan": plan, "tasks": told_of}),
        ("items", {"items": common["listed"]}),
        ("statistics", {"year": plan["id"], "figures": common["figures"]}),
    ):
        files.tell(f"data/{name}.json", partial(_json, content))
    for name, table in tables(common).items():
        files.tell(f"data/{name}.csv", partial(_same, table))


def _json(content: Row, head: Head) -> bytes:
    return canon({"position": head.position, **content}) + b"\n"


def _data(draw: Row) -> str:
    return f"data/{draw['id']}.json"


def _add_pages(files: SiteFiles, common: dict[str, Any]) -> None:
    for name in ("index", "items", "statistics", "verify"):
        files.tell(f"{name}.html", partial(_page, f"{name}.html.j2", common))
    for task in common["tasks"]:
        values = {**common, "task": task}
        page = f"task-{task['row']['number']}.html"
        files.tell(page, partial(_page, "task.html.j2", values))
        for draw in task["draws"]:
            more = {**common, **draw_values(task, task["draws"], draw)}
            files.tell(f"draw-{draw['id']}.html", partial(_page, "draw.html.j2", more))


def _page(template: str, values: dict[str, Any], head: Head) -> bytes:
    return render(template, {**values, **vars(head)}).encode()


def draw_values(task: Row, draws: list[Row], draw: Row) -> dict[str, Any]:
    """What the page of a draw shows beside what all pages do."""
    return {
        "task": task,
        "draw": draw,
        "family": family(draws, draw),
        "terms": task["row"]["entities_draw" if draw["stage"] == "entities" else "officers_draw"],
        "substitutes": [one for one in draws if one["seat"] is not None],
    }
