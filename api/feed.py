"""What was published, newest first, as an Atom feed (RFC 4287): ids follow from what an entry is of, times are the ledger's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from api.pages import SITE
from api.public_words import CATEGORIES, STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST = 200
NAMESPACE = "http://www.w3.org/2005/Atom"
_Entry = tuple[str, str, str, str]  # time, what it is of, title, address


def feed(common: Mapping[str, Any], origin: str) -> bytes:
    """The feed of a site; `origin` is the ledger's name, so that no two ledgers share an id."""
    entries = sorted(_entries(common), reverse=True)[:MOST]
    root = ET.Element("feed", {"xmlns": NAMESPACE, "xml:lang": "zh-Hans"})
    plan = common["plan"]
    _text(root, "id", _id(origin, f"plan/{plan['id']}/feed"))
    _text(root, "title", f"{common['site_title']} 公示")
    _text(root, "updated", entries[0][0] if entries else plan["published_at"])
    _text(ET.SubElement(root, "author"), "name", common["departments"][plan["issuer"]])
    ET.SubElement(root, "link", {"rel": "self", "href": "feed.atom"})
    ET.SubElement(root, "link", {"rel": "alternate", "href": "index.html"})
    for time, what, title, address in entries:
        entry = ET.SubElement(root, "entry")
        _text(entry, "id", _id(origin, what))
        _text(entry, "title", title)
        _text(entry, "updated", time)
        ET.SubElement(entry, "link", {"rel": "alternate", "href": address})
        _text(entry, "summary", title)
    ET.indent(root, "")
    text: bytes = ET.tostring(root, "utf-8", xml_declaration=True)
    return text + b"\n"


def _entries(common: Mapping[str, Any]) -> Iterator[_Entry]:
    for one in common["revisions"]:
        what = f"plan/{one['plan']}/{one['revision']}"
        title = f"{one['plan']} 年度抽查计划第 {one['revision']} 次公布"
        yield one["published_at"], what, title, "index.html"
    for task in common["tasks"]:
        number = task["row"]["number"]
        page = SITE.to("task", number) or ""
        for draw in task["draws"]:
            if draw["disclosed_at"] is not None and draw["bundle"] is not None:
                title = f"{number} {STAGES[draw['stage']]}：{draw['id']} 公布"
                yield (
                    draw["disclosed_at"],
                    f"draw/{draw['id']}",
                    title,
                    SITE.to("draw", draw["id"]) or "",
                )
        for one in task["results"]:
            what = f"result/{one['id']}/{one['edition']}"
            title = f"{one['name']}：{CATEGORIES[one['category']]}"
            yield one["published_at"], what, title, f"{page}#{one['entity']}"


def _id(origin: str, what: str) -> str:
    return uuid5(NAMESPACE_URL, f"{origin}#{what}").urn


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
