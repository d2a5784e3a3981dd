"""The whole demonstration, as a newcomer runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from mingqian.demo.county import county

ROOT = Path(__file__).parents[2]


def test_a_newcomer_runs_the_whole_year(tmp_path: Path) -> None:
    """One command; then everything that it promises is there, and nothing that it must not show.

    One test, since each run plays the whole year.
    """
    out = tmp_path / "out"
    (out / "public").mkdir(parents=True)
    (out / "public" / "old.html").write_text("from an earlier run")
    _mingqian("demo", "--out", str(out))
    _the_year_is_played_to_its_end_and_audited(out)
    _the_export_is_verified_by_the_published_command(out)
    _nothing_personal_is_public(out)
    _a_voided_draw_stays_in_sight(out)
    _public_proofs_are_those_of_the_export(out)
    _every_page_says_its_position_and_links_only_to_what_is_there(out)


def _mingqian(*arguments: str) -> str:
    command = [sys.executable, "-m", "mingqian", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _summary(out: Path) -> Any:  # noqa: ANN401 - JSON
    return json.loads((out / "summary.json").read_text("utf-8"))


def _the_year_is_played_to_its_end_and_audited(out: Path) -> None:
    """Three tasks, each drawn by its ratio, every result published, and the audit finds nothing."""
    summary = _summary(out)
    assert set(summary) == {"tasks", "events", "audit"}
    assert summary["audit"] == {"ok": True, "failures": []}
    assert [task["plan_number"] for task in summary["tasks"]] == [
        "联2024015",
        "联2024025",
        "联2024026",
    ]
    for task in summary["tasks"]:
        p, q = task["ratio"]
        assert task["drawn"] >= -(-task["pool"] * p // q)
        assert task["drawn"] == task["inspections"] == task["published"]
        assert task["officers"] >= 2
    schools, venues, training = summary["tasks"]
    assert schools["pool"] + schools["excluded"] == 150
    assert (venues["pool"], venues["drawn"]) == (12, 6)
    assert training["pool"] + training["excluded"] == 60
    assert len((out / "export" / "events.jsonl").read_bytes().splitlines()) == summary["events"]


def _the_export_is_verified_by_the_published_command(out: Path) -> None:
    """With the key that stands beside it."""
    export, vkey = str(out / "export"), str(out / "vkey")
    told = _mingqian("audit", "verify", export, "--vkey", vkey, "--json")
    assert json.loads(told)["ok"] is True


def _nothing_personal_is_public(out: Path) -> None:
    """Officers appear by their ids: no name, no telephone, no certificate."""
    made = county()
    secret = {entity.telephone for entity in made.entities}
    secret |= {expert.telephone for expert in made.experts}
    secret |= {officer.telephone for officer in made.officers}
    secret |= {text for one in made.officers for text in (one.name, one.certificate_number)}
    secret |= {"示例负责人", "近亲属"}  # the contact of every entity, the reason of every recusal
    for path in (out / "public").rglob("*.*"):
        text = path.read_text("utf-8")
        assert not [one for one in secret if one in text], path.name


def _a_voided_draw_stays_in_sight(out: Path) -> None:
    """With its reason, its list and its proof, beside the one that counts."""
    page = (out / "public" / "draw-联2024026.entities.1.html").read_text("utf-8")
    assert "本次抽取已作废" in page
    assert "截止签号" in page
    assert (out / "public" / "data" / "联2024026.entities.2.json").is_file()


def _public_proofs_are_those_of_the_export(out: Path) -> None:
    """Byte for byte."""
    proofs = {
        path.name: path.read_bytes()
        for folder in ("draws", "assignments")
        for path in (out / "export" / folder).iterdir()
    }
    public = {path.name: path.read_bytes() for path in (out / "public" / "data").iterdir()}
    public.pop("index.json")
    assert public == proofs


class _Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "img", "iframe"}
        self.found += [value for name, value in attrs if name in {"href", "src"} and value]


def _every_page_says_its_position_and_links_only_to_what_is_there(out: Path) -> None:
    """Nothing is loaded from elsewhere; nothing of an earlier run is left."""
    pages = list((out / "public").glob("*.html"))
    assert len(pages) == 2 + 3 + 7
    for page in pages:
        text = page.read_text("utf-8")
        assert f"账本位置 <b>{_summary(out)['events']}</b>" in text
        for link in _Links(text).found:
            assert (out / "public" / unquote(link).partition("#")[0]).is_file(), (page.name, link)
