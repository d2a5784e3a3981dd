"""The public pages in the corners that a smooth year does not reach."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest

from api import verifier
from api.plan_changes import FIELDS, value_of
from api.public_site import Seal, write_site
from domain.plan import AmendPlan, CollatePlan, PublishPlan
from domain.schemes import PublishScheme, ReviewScheme
from domain.team_terms import TeamNeed
from projections import schema
from projections.reading import Reader
from projections.runner import Projector
from tests.domain.test_schemes import drafted
from tests.projections.recording import TASK, a_year, record
from tests.story import (
    opened,
    plan_row,
    review_plan,
    team_terms,
    terms,
    with_inspections,
    with_plan,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ledger.store import Ledger
    from tests.story import Story


def _site(story: Story, ledger: Ledger, dsn: str, folder: Path) -> Path:
    record(ledger, story)
    schema.migrate(dsn)
    seal = Seal(vkey=ledger.genesis.vkey, checkpoint=ledger.publish_checkpoint())
    with Projector(dsn, ledger) as projector, Reader(dsn) as reader:
        projector.catch_up()
        with reader.snapshot() as read:
            write_site(read, folder, year=2024, seal=seal, example=False)
    return folder


def _text(folder: Path, name: str) -> str:
    return (folder / name).read_text("utf-8")


def test_a_draw_voided_before_it_was_computed_has_a_page_without_a_list(
    ledger: Ledger, dsn: str, tmp_path: Path
) -> None:
    """The one voided after it was computed shows what it had drawn."""
    site = _site(a_year(), ledger, dsn, tmp_path / "site")
    assert "作废前尚未抽取" in _text(site, f"draw-{TASK}.entities.1.html")
    assert not (site / "data" / f"{TASK}.entities.1.json").exists()
    assert "截止签号" in _text(site, f"draw-{TASK}.entities.2.html")
    assert "示例：消防通道堵塞" in _text(site, f"task-{TASK}.html")


def test_a_plan_whose_tasks_are_not_open_is_shown(ledger: Ledger, dsn: str, tmp_path: Path) -> None:
    """In March there is a plan and nothing else."""
    site = _site(with_plan(), ledger, dsn, tmp_path / "site")
    assert "尚未抽取" in _text(site, "index.html")
    assert "尚无公示的结果" in _text(site, f"task-{TASK}.html")
    assert "由演示程序生成" not in _text(site, "index.html")


def test_a_list_that_is_not_public_is_nowhere(ledger: Ledger, dsn: str, tmp_path: Path) -> None:
    """Both draws are computed and kept back: they have their pages, and nobody is named on any."""
    held = terms(disclosure="with-inspection")
    story = with_inspections(plan_row(entities_draw=held, officers_draw=held))
    site = _site(story, ledger, dsn, tmp_path / "site")
    assert len(list(site.glob("draw-*"))) == 2
    assert "按计划在全部检查开始时公布" in _text(site, f"draw-{TASK}.entities.1.html")
    own = [path for path in site.rglob("*.*") if not path.name.startswith("verify_draw")]
    assert "school:" not in "".join(path.read_text("utf-8") for path in own)


def test_the_site_carries_the_verifiers(ledger: Ledger, dsn: str, tmp_path: Path) -> None:
    """So that whoever keeps the files can check them without a network; the pages have no script of their own."""
    site = _site(a_year(), ledger, dsn, tmp_path / "site")
    for name in (verifier.PAGE, verifier.PROGRAM):
        assert (site / name).read_bytes() == (verifier.FOLDER / name).read_bytes()
        assert f'href="{name}"' in _text(site, f"draw-{TASK}.entities.2.html")
    pages = [path for path in site.glob("*.html") if path.name != verifier.PAGE]
    assert not any("<script" in path.read_text("utf-8") for path in pages)


def test_names_are_shown_as_text_and_never_as_markup(
    ledger: Ledger, dsn: str, tmp_path: Path
) -> None:
    """A name that looks like HTML is escaped."""
    story, row = with_plan(), plan_row(task_name="示例<script>任务")
    story.act("clerk-edu", "clerk", AmendPlan(year=2024, rows=(row,), reason="示例"))
    story.act("reviewer1", "reviewer", review_plan(story))
    story.act("clerk-market", "clerk", CollatePlan(year=2024))
    story.act("clerk-edu", "clerk", PublishPlan(year=2024))
    site = _site(story, ledger, dsn, tmp_path / "site")
    assert "<script>" not in _text(site, "index.html")
    assert "&lt;script&gt;" in _text(site, "index.html")


def test_a_year_without_a_published_plan_has_no_site(
    ledger: Ledger, dsn: str, tmp_path: Path
) -> None:
    """There is nothing to show."""
    with pytest.raises(LookupError):
        _site(opened(), ledger, dsn, tmp_path / "site")


def test_every_field_of_a_plan_row_has_a_name_and_values_that_people_read() -> None:
    """What an amendment can change is told in words; the number of a row never changes."""
    row = plan_row(team=team_terms(needs=(TeamNeed(department="edu", count=2, skills=("食品",)),)))
    told = {path: value_of(json.loads(json.dumps(own))) for path, own in _leaves("", asdict(row))}
    assert told.keys() == FIELDS.keys() - {""} | {"number"}
    assert (told["ratio"], told["at_least"], told["training"]) == ("10/100", "是", "—")
    assert told["ratios"] == "等级 A 比例 5/100、等级 D 比例 50/100"
    assert told["team.needs"] == "部门 edu 人数 2 技能 食品"
    assert told["entities_draw.disclosure"] == "算出即公布"
    assert value_of(asdict(row)) == f"{row.number} {row.task_name}"


def test_an_amendment_stands_on_the_page_with_its_reason_and_what_it_changed(
    ledger: Ledger, dsn: str, tmp_path: Path
) -> None:
    """Old value beside new; and the published scheme stands with its task."""
    story = with_plan()
    new = plan_row(ratio=(20, 100))
    story.act("clerk-edu", "clerk", AmendPlan(year=2024, rows=(new,), reason="示例：加大力度"))
    story.act("reviewer1", "reviewer", review_plan(story))
    story.act("clerk-market", "clerk", CollatePlan(year=2024))
    story.act("clerk-edu", "clerk", PublishPlan(year=2024))
    story.act("clerk-edu", "clerk", drafted())
    review = ReviewScheme(plan_number=TASK, version=1, approve=True, remark="")
    story.act("reviewer1", "reviewer", review)
    story.act("clerk-edu", "clerk", PublishScheme(plan_number=TASK))
    site = _site(story, ledger, dsn, tmp_path / "site")
    index = _text(site, "index.html")
    assert "原因：示例：加大力度" in index
    assert "<td>抽查比例</td><td>10/100</td><td>20/100</td>" in index
    assert "教育局安全股" in _text(site, f"task-{TASK}.html")


def _leaves(path: str, value: dict[str, Any]) -> Iterator[tuple[str, object]]:
    for name, own in value.items():
        if isinstance(own, dict):
            yield from _leaves(f"{path}{name}.", own)
        else:
            yield f"{path}{name}", own
