"""The script of the demonstration: the plan as published, results that can be recorded, numbers that are checked."""

from __future__ import annotations

import json
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from api.pages import percent
from domain.canonical import canon
from mingqian.demo import findings, outcome, outsider
from mingqian.demo.county import SCHOOLS, TRAINING, VENUE, county
from mingqian.demo.drawing import LotteryDay
from mingqian.demo.items import ITEMS
from mingqian.demo.plan import LOTTERY, ROWS, SCHOOL_ROW, TRAINING_ROW, VENUE_ROW
from mingqian.demo.run import CAMPAIGNS
from mingqian.demo.year import FORMER_EMPLOYER, ON_LEAVE, RELATED

if TYPE_CHECKING:
    from rich.table import Table

VECTORS = Path(__file__).parents[1] / "vectors/draw_v1.json"
BUNDLE = json.loads(VECTORS.read_text("utf-8"))["cases"][0]["bundle"]
NAMES = {item.code: item.name for item in ITEMS}
# 清河县教育局 清教安〔2024〕9号, the table of its annex.
PUBLISHED = {
    "联2024015": (
        "联015",
        "2024年度清河县学校部门联合随机抽查",
        [5, 100],
        {
            "education": "对校园安全工作落实情况的监督、教师培训工作情况检查、特岗教师待遇保障检查、"
            "学校体育、美育、卫生与健康教育工作检查、对中小学国家课程教材使用的检查、"
            "对文艺、体育等专业训练的社会组织自行实施义务教育的检查",
            "market": "餐饮服务监督检查、校园食品销售监督检查",
            "health": "对学校卫生的监督检查、对托育（幼）机构卫生的监督检查、对饮用水卫生的监督检查",
        },
        "各类幼儿园、中小学各类民办学校",
        {"labour", "health", "market"},
    ),
    "联2024025": (
        "联025",
        "2024年清河县对高危体育项目经营场所部门联合随机检查",
        [50, 100],
        {
            "education": "对高危体育项目经营场所安全经营事项的监督检查",
            "health": "对公共场所卫生的监督检查",
            "market": "登记事项检查、公示信息检查",
        },
        "高危体育项目经营场所",
        {"health", "market"},
    ),
    "联2024026": (
        "联026",
        "2024年清河县校外培训机构部门联合随机抽查",
        [10, 100],
        {
            "education": "校外培训机构检查",
            "market": "登记事项检查、公示信息检查、广告行为检查",
            "culture": "艺术考级机构“双随机”抽查",
        },
        "校外培训机构",
        {"market", "culture"},
    ),
}


def test_the_plan_is_the_published_one() -> None:
    """Numbers, names, ratios, items, scopes and departments, word for word."""
    for row in ROWS:
        items = {
            own["department"]: "、".join(NAMES[code] for code in own["items"])
            for own in row["items"]
        }
        told = (row["task_number"], row["task_name"], row["ratio"], items, row["scope"]["text"])
        assert (*told, set(row["joint"])) == PUBLISHED[row["number"]]
        assert row["lead"] == "education"


def test_every_item_belongs_to_the_department_that_inspects_it() -> None:
    """A plan row gives a department its own items only."""
    owners = {item.code: item.department for item in ITEMS}
    for row in ROWS:
        for own in row["items"]:
            assert {owners[code] for code in own["items"]} == {own["department"]}


def test_the_tasks_come_one_after_another_within_their_windows() -> None:
    """The clock of the story only goes forward."""
    days = [day for one in CAMPAIGNS for day in (one.opened, one.trained, one.drawn, one.declared)]
    assert days == sorted(days)
    for one in CAMPAIGNS:
        assert one.row["window_from"] <= one.opened <= one.declared <= one.row["window_to"]


def test_whoever_falls_out_can_be_replaced_whatever_the_lots_say() -> None:
    """At the worst the entity lies where most of the others live, one is on leave, one recused, one has the relation."""
    for campaign in CAMPAIGNS:
        named = campaign.officers_of(campaign.falling.department, county())
        able = [one for one in named if one.id not in {ON_LEAVE, RELATED, named[0].id}]
        townships = Counter(one.area for one in able)
        foreign = campaign.row["team"]["area"] == "other"
        at_home = max(townships.values()) if foreign else 0
        assert len(able) - at_home > 1, campaign.number


def test_the_relation_is_to_an_entity_that_is_sure_to_be_drawn() -> None:
    """It alone makes up a stratum, and every stratum has a quota."""
    unclassed = [
        one.name
        for one in county().entities
        if one.kind == TRAINING and not (one.credit_class or one.suspended or one.visited)
    ]
    assert unclassed == [FORMER_EMPLOYER]


def test_a_department_names_officers_who_can_do_what_the_plan_wants() -> None:
    """Those who know food go into the canteens."""
    schools = next(one for one in CAMPAIGNS if one.row is SCHOOL_ROW)
    market = schools.officers_of("market", county())
    assert len(market) == 5
    assert all("食品安全" in one.skills for one in market)


def test_causes_are_counted_for_each_task(tmp_path: Path) -> None:
    """From the events of an export; whatever else happened there does not count."""
    happened = [
        ("inspection.seat_vacated.v1", "联1:school:1300000001", {"cause": "recusal"}),
        ("inspection.seat_vacated.v1", "联1:school:1300000002", {"cause": "illness"}),
        ("inspection.replacement_requested.v1", "联1:school:1300000003", {"cause": "illness"}),
        ("inspection.seat_vacated.v1", "联2:school:1300000001", {"cause": "recusal"}),
    ]
    lines = [
        json.dumps({"type": type_, "stream": f"inspection/{id_}", "data": data})
        for type_, id_, data in happened
    ]
    events = tmp_path / "events.jsonl"
    events.write_text("\n".join(lines) + "\n", "utf-8")
    assert outcome.causes_by_task(events) == {
        "联1": {"recusal": 1, "illness": 1},
        "联2": {"recusal": 1},
    }


@pytest.mark.parametrize(
    ("row", "kinds"),
    [
        (SCHOOL_ROW, {kind for kind, _ in SCHOOLS}),
        (VENUE_ROW, {VENUE}),
        (TRAINING_ROW, {TRAINING}),
    ],
    ids=lambda value: value["number"] if isinstance(value, dict) else "",
)
def test_every_result_can_be_recorded_for_every_entity(
    row: dict[str, Any], kinds: set[str]
) -> None:
    """Each item once; a category if and only if it was checked; words wherever something was found."""
    items = [code for own in row["items"] for code in own["items"]]
    for entity in county().entities:
        if entity.kind not in kinds:
            continue
        for category in ("no-problem-found", *findings.FOUND[row["number"]].values()):
            lines = findings.result(entity, category, items)["items"]
            assert [line["item"] for line in lines] == items
            assert all(line["checked"] == (line["category"] is not None) for line in lines)
            assert all(line["finding"] for line in lines)
            problems = [line for line in lines if line["disposal"] != "none"]
            assert len(problems) == (category in findings.DISPOSALS)


def test_a_returned_result_is_made_more_exact() -> None:
    """Only the finding of the problem changes."""
    items = [code for own in SCHOOL_ROW["items"] for code in own["items"]]
    before = findings.result(county().entities[0], "ordered-to-correct", items)
    after = findings.more_exact(before)
    changed = [new for old, new in zip(before["items"], after["items"], strict=True) if old != new]
    assert [line["category"] for line in changed] == ["ordered-to-correct"]


def _summary(**changes: object) -> dict[str, Any]:
    task = {"plan_number": "联2024025", "pool": 13, "ratio": [50, 100], "drawn": 7}
    task |= {"inspections": 7, "published": 7, "excluded": 0, "officers": 3, "experts": 1}
    task |= {"late_recusals": 1, "illnesses": 1, "replacements": 2, **changes}
    return {
        "tasks": [task],
        "year": dict.fromkeys(outcome._YEAR, 1),
        "events": 1,
        "audit": {"ok": True, "failures": []},
        "verifier": {"whole": 1, "broken": 0},
    }


def test_numbers_that_hold_leave_nothing_to_say() -> None:
    """Half of thirteen, rounded up, is seven."""
    assert outcome.shortfalls(_summary()) == []


@pytest.mark.parametrize(
    "wrong",
    [{"drawn": 6, "inspections": 6, "published": 6}, {"published": 6}, {"replacements": 1}],
)
def test_numbers_that_do_not_hold_are_named(wrong: dict[str, object]) -> None:
    """Too few drawn, a result that was never published, or a seat that stayed vacant."""
    assert len(outcome.shortfalls(_summary(**wrong))) == 1


def test_both_randoms_are_told_in_a_terminal_of_eighty_columns() -> None:
    """Whom, and by whom: no figure is cut off."""
    first, second, year = (_printed(one) for one in outcome.tables_of(_summary(experts=6543)))
    assert "50/100" in first
    assert "6543" in second
    assert "…" not in first + second + year


def _printed(table: Table) -> str:
    with Console(width=80, file=StringIO()) as console, console.capture() as capture:
        console.print(table)
    return capture.get()


def test_a_failed_audit_is_a_shortfall() -> None:
    """The demonstration does not end well when its own ledger is not whole."""
    summary = {**_summary(), "audit": {"ok": False, "failures": [{}]}}
    assert "审计发现 1 项" in outcome.shortfalls(summary)[0]


def test_a_proof_that_the_stand_alone_file_finds_broken_is_a_shortfall() -> None:
    """What an outsider cannot recompute is worth nothing."""
    summary = {**_summary(), "verifier": {"whole": 3, "broken": 1}}
    assert "单文件核验有 1 份" in outcome.shortfalls(summary)[0]


def test_the_outsider_tells_a_whole_proof_from_a_broken_one(tmp_path: Path) -> None:
    """With a Python that sees no package, so nothing of this project."""
    whole = tmp_path / "whole.json"
    whole.write_bytes(canon(BUNDLE))
    broken = tmp_path / "broken.json"
    broken.write_bytes(canon({**BUNDLE, "seed": "00" * 32}))
    assert outsider.verify([whole, broken]) == {"whole": 1, "broken": 1}


def test_the_numbers_of_the_lottery_are_made_up_and_lawful() -> None:
    """Six different red balls of 33 in order and a blue one of 16; no year has 999 issues."""
    day = LotteryDay(issue="2024999", day="2024-09-06")
    red, (blue,) = day.numbers
    assert red == sorted(set(red))
    assert (len(red), red[0] >= 1, red[-1] <= 33, 1 <= blue <= 16) == (6, True, True, True)
    assert day.numbers == LotteryDay(issue="2024999", day="2024-09-06").numbers
    assert day.opens_at == "2024-09-06T13:15:00.000Z"
    assert "示例" in LOTTERY


def test_ratios_are_shown_exactly() -> None:
    """As a percentage where two decimals suffice, else as the fraction."""
    shown = [percent(ratio) for ratio in ([5, 100], [50, 100], [1, 8], [1, 3], [0, 1], [1, 1])]
    assert shown == ["5%", "50%", "12.5%", "1/3", "0%", "100%"]
