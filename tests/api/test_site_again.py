"""A site that is written again: only what tells something new is written, and everything that is public is there."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Protocol
from xml.etree import ElementTree as ET

import pytest

from api.public_site import Seal, write_site
from domain.inspection_state import Inspection
from projections import schema
from projections.reading import Reader
from projections.runner import Projector
from tests.projections.recording import TASK, a_year, record
from tests.story import publish, with_inspections

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ledger.store import Ledger
    from tests.story import Story

ATOM = "{http://www.w3.org/2005/Atom}"


class Write(Protocol):
    """Brings the site up to date with a story, and names what was written."""

    def __call__(self, story: Story) -> tuple[str, ...]:
        """Record, project, write."""
        ...


@pytest.fixture
def write(ledger: Ledger, dsn: str, tmp_path: Path) -> Iterator[Write]:
    """Record what a story tells beyond the ledger, and bring the site up to date."""
    schema.migrate(dsn)
    with Projector(dsn, ledger) as projector, Reader(dsn) as reader:

        def again(story: Story) -> tuple[str, ...]:
            if len(story.recorded) > ledger.size():
                record(ledger, story)
            projector.catch_up()
            seal = Seal(vkey=ledger.genesis.vkey, checkpoint=ledger.publish_checkpoint())
            with reader.snapshot() as read:
                return write_site(read, tmp_path, year=2024, seal=seal, example=True)

        yield again


def test_a_second_run_writes_no_file(write: Write, tmp_path: Path) -> None:
    """Nor does it touch one."""
    story = a_year()
    write(story)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*")}
    assert write(story) == ()
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*")} == before


def test_a_new_result_writes_only_what_tells_of_it(write: Write, tmp_path: Path) -> None:
    """No draw and no item changes, nor the guide; what changed names the new position, what did not keeps the old one."""
    story = with_inspections()
    write(story)
    size = len(story.recorded)
    first = story.history.all(Inspection)[0]
    publish(story, first.id, first.officers)
    assert set(write(story)) == {
        "checkpoint",
        "data/index.json",
        "data/results.csv",
        "data/statistics.csv",
        "data/statistics.json",
        "feed.atom",
        "files.json",
        "index.html",
        "statistics.html",
        f"task-{TASK}.html",
    }
    assert f"账本位置 <b>{size}</b>" in (tmp_path / "items.html").read_text("utf-8")
    assert f"账本位置 <b>{len(story.recorded)}</b>" in (tmp_path / "statistics.html").read_text(
        "utf-8"
    )


def test_the_feed_names_every_publication_once(write: Write, tmp_path: Path) -> None:
    """The newest first; its ids are the same when it is written anew, its times are the ledger's."""
    story = a_year()
    write(story)
    text = (tmp_path / "feed.atom").read_bytes()
    entries = ET.fromstring(text).findall(f"{ATOM}entry")  # noqa: S314 - our own file
    ids = [one.findtext(f"{ATOM}id") for one in entries]
    times = [one.findtext(f"{ATOM}updated") or "" for one in entries]
    assert (
        len(set(ids)) == len(ids) == 6
    )  # a plan, three draws (one of them void since), two results
    assert times == sorted(times, reverse=True)
    (tmp_path / "feed.atom").unlink()
    assert write(story) == ("feed.atom",)
    assert (tmp_path / "feed.atom").read_bytes() == text


def test_the_tables_open_in_excel_and_say_what_the_pages_say(write: Write, tmp_path: Path) -> None:
    """With the mark of UTF-8 in front; one row for each item of a result."""
    write(a_year())
    for path in (tmp_path / "data").glob("*.csv"):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf"), path
    told = json.loads((tmp_path / "data" / "index.json").read_bytes())
    with (tmp_path / "data" / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    results = [one for task in told["tasks"] for one in task["results"]]
    assert len(rows) == sum(len(one["items"]) for one in results) == 4
    assert {row["检查对象"] for row in rows} == {one["entity"] for one in results}
    with (tmp_path / "data" / "plan.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["抽查计划编号"] for row in csv.DictReader(file)] == [TASK]


def test_every_figure_has_a_bar_with_a_title_and_both_numbers(write: Write, tmp_path: Path) -> None:
    """So that who cannot see it hears it."""
    write(a_year())
    page = (tmp_path / "statistics.html").read_text("utf-8")
    figures = json.loads((tmp_path / "data" / "statistics.json").read_bytes())["figures"]
    assert page.count('role="img"') == page.count("</desc>") == len(figures)
    for one in figures:
        if one["denominator"]:
            numbers = f"{one['numerator']} / {one['denominator']}"
            assert f'<desc id="d-{one["name"]}">{numbers}</desc>' in page
