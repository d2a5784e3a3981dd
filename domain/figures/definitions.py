"""Every figure, each a function from the facts of a year to the units that count; its docstring is the definition that people read.

Sources: the requirements for 双随机、一公开 as they stand in the annual notices (plan and task completion, joint share, coverage,
publication within 20 working days, follow-up), and the rates that the discipline office watches. Nobody is ranked by what they find.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from domain.figures.facts import Mark
from domain.figures.units import Definition, Facet, Unit
from domain.plan_rows import CREDIT_CLASSES, UNCLASSED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from domain.figures.facts import Campaign, InPool, Visit
    from domain.figures.year import Year

    Count = Callable[[Year], Iterable[Unit]]

FINDINGS = frozenset(
    {
        "disclosure-missing",
        "disclosure-false",
        "ordered-to-correct",
        "obstructed",
        "pending-follow-up",
        "other-rules-violated",
    }
)
UNREACHABLE = frozenset({"unreachable"})
GONE = frozenset({"closed-or-liquidating", "deregistered"})
_BY_TASK: tuple[Facet, ...] = ("department", "period")
_BY_VISIT: tuple[Facet, ...] = ("department", "period", "kind", "credit_class")
DEFINITIONS: dict[str, Definition] = {}


def _figure(
    name: str, title: str, by: tuple[Facet, ...], *, public: bool = True
) -> Callable[[Count], Count]:
    """Enter a function among the definitions."""

    def enter(count: Count) -> Count:
        text = _words(count.__doc__ or "")
        DEFINITIONS[name] = Definition(
            name=name, title=title, by=frozenset(by), public=public, text=text, count=count
        )
        return count

    return enter


def _words(docstring: str) -> str:
    """A definition in one line: the Chinese, then the English."""
    lines = [line.strip() for line in docstring.splitlines() if line.strip()]
    chinese = "".join(line for line in lines if not line[0].isascii())
    english = " ".join(line for line in lines if line[0].isascii())
    return f"{chinese} / {english}"


def _of_row(own: Campaign, met: Mark | None) -> Unit:
    return Unit(
        id=own.row.number,
        leaf=own.published.leaf,
        met=met.leaf if met else None,
        day=own.row.window_from,
        departments=own.row.departments,
    )


def _of_visit(year: Year, own: Visit, counts: Mark, met: Mark | None, part: str = "") -> Unit:
    kind, credit_class = year.beside.then.get(own.id, (None, None))
    return Unit(
        id=own.id + part,
        leaf=counts.leaf,
        met=met.leaf if met else None,
        day=counts.day,
        departments=own.departments,
        kind=kind,
        credit_class=credit_class or UNCLASSED,
    )


@_figure("plan-completion", "计划完成率 / plan completion", _BY_TASK)
def plan_completion(year: Year) -> Iterator[Unit]:
    """Completed tasks of all rows of the published plan.

    By the first day of the window.

    已办结的任务 ÷ 已公布计划的全部行。时段按抽查时间的第一天。
    """
    for own in year.campaigns.values():
        yield _of_row(own, own.completed)


@_figure("task-completion", "任务完成率 / task completion", _BY_TASK)
def task_completion(year: Year) -> Iterator[Unit]:
    """Completed tasks of the tasks that were opened.

    By the day of opening.

    已办结的任务 ÷ 已启动的任务。时段按启动日。
    """
    for own in year.campaigns.values():
        if own.opened is not None:
            yield Unit(
                id=own.row.number,
                leaf=own.opened.leaf,
                met=own.completed.leaf if own.completed else None,
                day=own.opened.day,
                departments=own.row.departments,
            )


@_figure("inspection-completion", "检查完成率 / inspection completion", _BY_VISIT)
def inspection_completion(year: Year) -> Iterator[Unit]:
    """Inspections whose result is published of all that were assigned, those given up included.

    By the day of assignment.

    结果已录入并公示的检查 ÷ 应检查的（抽中并派员的，未能实施的也在内）。时段按派员日。
    """
    for own in year.visits:
        yield _of_visit(year, own, own.at, own.published)


@_figure("joint-share", "部门联合抽查占比 / joint share", _BY_TASK)
def joint_share(year: Year) -> Iterator[Unit]:
    """Rows with a joint department of all rows of the published plan.

    有联合部门的行 ÷ 已公布计划的全部行。
    """
    for own in year.campaigns.values():
        yield _of_row(own, own.published if own.row.joint else None)


@_figure("department-participation", "部门参与率 / department participation", _BY_TASK)
def department_participation(year: Year) -> Iterator[Unit]:
    """Departments that confirmed a task of all departments that the published plan names.

    By the first day of a department's first task.

    确认参加过至少一项任务的部门 ÷ 已公布计划中出现的部门。时段按部门最早一项任务的第一天。
    """
    named: dict[str, list[Campaign]] = defaultdict(list)
    for own in year.campaigns.values():
        for department in own.row.departments:
            named[department].append(own)
    for department, rows in named.items():
        took = [own.confirmed[department].leaf for own in rows if department in own.confirmed]
        yield Unit(
            id=department,
            leaf=min(own.published.leaf for own in rows),
            met=min(took, default=None),
            day=min(own.row.window_from for own in rows),
            departments=(department,),
        )


@_figure("published-on-time", "按时公示率 / published on time", _BY_VISIT)
def published_on_time(year: Year) -> Iterator[Unit]:
    """Results first published within the term (20 working days after the visit) of all that were published or are overdue.

    For the public, what is not published counts from the end of the window; by the last day of the term.

    期限（20个工作日，从检查结束日的次日起算）内首次公示的 ÷ 已公示的和逾期未公示的。对外统计时，未公示的检查从抽查时间最后
    一天起算。时段按期限届满日。
    """
    for own in year.visits:
        published = own.published
        ended = own.assigned.window_to if year.public and published is None else own.left_on
        if ended is None or (own.closed is not None and published is None):
            continue
        due = year.reckoning.publication(ended).day
        if published is None and due >= year.beside.today:
            continue
        met = published if published is not None and published.day <= due else None
        yield _of_visit(year, own, Mark(leaf=own.at.leaf, day=due), met)


@_figure("item-coverage", "事项覆盖率 / item coverage", ("department",))
def item_coverage(year: Year) -> Iterator[Unit]:
    """Items that a published result of the year says were checked, of all items on the published list.

    年内至少有一次已公示的检查查过的事项 ÷ 已公布清单中的事项。
    """
    checked: dict[str, int] = {}
    for own in year.visits:
        for mark, result in own.editions:
            for one in result.items:
                if one.checked:
                    checked.setdefault(one.item, mark.leaf)
    for item in year.beside.items:
        yield Unit(
            id=item.code,
            leaf=item.leaf,
            met=checked.get(item.code),
            day=year.beside.today,
            departments=(item.department,),
        )


@_figure(
    "entity-coverage", "检查对象覆盖率 / entity coverage", ("kind", "credit_class"), public=False
)
def entity_coverage(year: Year) -> Iterator[Unit]:
    """Entities with a published inspection of the year, of all that are active in the registry.

    年内至少有一次已公示检查的对象 ÷ 名录中有效的对象。
    """
    seen: dict[str, int] = {}
    for own in year.visits:
        if own.published is not None:
            seen.setdefault(own.assigned.entity, own.published.leaf)
    for one in year.beside.entities:
        yield Unit(
            id=one.id,
            leaf=one.leaf,
            met=seen.get(one.id),
            day=year.beside.today,
            kind=one.kind,
            credit_class=one.credit_class or UNCLASSED,
        )


def _published(year: Year, wanted: frozenset[str], without: frozenset[str]) -> Iterator[Unit]:
    """Published results as they stand, but for those of categories that are told apart."""
    for own in year.visits:
        if own.editions and own.editions[-1][1].category not in without:
            mark, result = own.editions[-1]
            met = mark if result.category in wanted else None
            yield _of_visit(year, own, own.editions[0][0], met)


@_figure("finding-rate", "问题发现率 / finding rate", _BY_VISIT)
def finding_rate(year: Year) -> Iterator[Unit]:
    """Results that state a problem of the published ones, without those unreachable or closed, which are told apart.

    By the day of first publication.

    结果为发现问题的 ÷ 已公示的结果，不含无法联系和已关闭、注销等（另列）。时段按首次公示日。
    """
    return _published(year, FINDINGS, UNREACHABLE | GONE)


@_figure("unreachable-rate", "无法联系占比 / unreachable", _BY_VISIT)
def unreachable_rate(year: Year) -> Iterator[Unit]:
    """Results that say unreachable, of all published ones.

    结果为通过登记住所无法联系的 ÷ 已公示的全部结果。
    """
    return _published(year, UNREACHABLE, frozenset())


@_figure("closed-rate", "关闭注销占比 / closed or gone", _BY_VISIT)
def closed_rate(year: Year) -> Iterator[Unit]:
    """Results that say closed, in liquidation or deregistered, of all published ones.

    结果为关闭停业、清算、注销、吊销、撤销、迁出的 ÷ 已公示的全部结果。
    """
    return _published(year, GONE, frozenset())


@_figure("follow-up-done", "后续处理完成率 / follow-up done", _BY_VISIT)
def follow_up_done(year: Year) -> Iterator[Unit]:
    """Follow-ups that were put right, received or closed, of those that are due or done.

    What was handed over is due from the day of its document; for the public, of published results only; by the
    due day.

    已改正到位、对方已回执或已结案的 ÷ 到期的和已完成的后续处理（移送、抄告从文书日起算到期）。对外只计结果已公示的检查。时段
    按期限届满日。
    """
    for own in year.visits:
        if year.public and own.published is None:
            continue
        for number, one in own.follow_ups.items():
            due = year.reckoning.named(one.due).day
            if one.settled is not None or due < year.beside.today:
                counts = Mark(leaf=one.begun.leaf, day=due)
                yield _of_visit(year, own, counts, one.settled, f"#{number}")


def _drawn(year: Year, credit_class: str) -> Iterator[Unit]:
    for own in year.beside.pool:
        if (own.credit_class or UNCLASSED) == credit_class:
            yield _in_pool(year, own)


def _in_pool(year: Year, own: InPool) -> Unit:
    draw = year.draws[own.draw]
    assert draw.committed is not None
    assert draw.computed is not None
    return Unit(
        id=f"{own.draw}:{own.entity}",
        leaf=draw.committed.leaf,
        met=draw.computed.leaf if own.drawn else None,
        day=draw.computed.day,
        departments=year.campaigns[draw.task].row.departments,
        kind=own.kind,
        credit_class=own.credit_class or UNCLASSED,
    )


def _enter_class(name: str, credit_class: str) -> None:
    """Of each credit class a figure of its own: low risk is drawn least, A < B < C < D."""

    def count(year: Year) -> Iterator[Unit]:
        return _drawn(year, credit_class)

    count.__doc__ = (
        f"信用风险等级 {credit_class} 中被抽中的对象 ÷ 该等级在库的对象，只计已公布且未作废的抽取，\n"
        "等级以固定名单时为准。时段按抽取日。\n"
        f"Drawn of class {name.upper()} in the pools of draws that are disclosed and stand, by the class at the commitment."
        " By the day of the draw."
    )
    title = f"{credit_class} 级抽取比例" if credit_class in CREDIT_CLASSES else "未分级抽取比例"
    _figure(f"drawn-{name}", f"{title} / drawn of class {name}", _BY_VISIT)(count)


for _each in CREDIT_CLASSES:
    _enter_class(_each.lower(), _each)
_enter_class("unclassed", UNCLASSED)


@_figure(
    "within-visit-cap", "未超检查次数上限的对象 / within the visit cap", _BY_VISIT, public=False
)
def within_visit_cap(year: Year) -> Iterator[Unit]:
    """Entities within the lowest cap of their tasks of all with an assigned inspection that was not given up.

    Visits outside the ledger count. By the day of the first assignment.

    全年检查次数（账本外的也计）不超过计划上限的对象 ÷ 年内被派员检查的对象，终止的不计。上限取所涉任务中最低的。时段按首次派
    员日。
    """
    outside = {one.id: one.outside for one in year.beside.entities}
    visited: dict[str, list[Visit]] = defaultdict(list)
    for own in year.visits:
        if own.closed is None:
            visited[own.assigned.entity].append(own)
    for entity, visits in visited.items():
        first, last = visits[0], visits[-1]
        of_year = first.assigned.window_from[:4]
        more = sum(day.startswith(of_year) for day in outside.get(entity, ()))
        cap = min(year.campaigns[own.assigned.task].row.visit_cap for own in visits)
        met = last.at if len(visits) + more <= cap else None
        yield replace(_of_visit(year, first, first.at, met), id=entity)


@_figure("redraw-rate", "重抽率 / redraws", _BY_TASK)
def redraw_rate(year: Year) -> Iterator[Unit]:
    """Draws that followed a voided one, of all that were committed, of entities and officers.

    By the day of the commitment.

    作废后重新进行的抽取 ÷ 固定过名单的抽取（对象和人员；替补另计）。时段按固定名单日。
    """
    for own in year.draws.values():
        if own.stage != "replacement" and own.committed is not None:
            yield Unit(
                id=own.id,
                leaf=own.committed.leaf,
                met=own.committed.leaf if own.again else None,
                day=own.committed.day,
                departments=year.campaigns[own.task].row.departments,
            )


@_figure("replacement-rate", "人员更换率 / replacements", _BY_VISIT)
def replacement_rate(year: Year) -> Iterator[Unit]:
    """Seats whose officer or expert left, of all seats that the draw of officers filled.

    For the public, of published results only; by the day of assignment.

    抽中后退出的席位 ÷ 抽取人员产生的席位。对外只计结果已公示的检查。时段按派员日。
    """
    for own in year.visits:
        drawn = year.disclosed(own.assigned.officers_draw)
        if year.public and not (drawn and own.published is not None):
            continue
        for one in own.assigned.team:
            yield _of_visit(year, own, own.at, own.vacated.get(one.id), f"#{one.id}")


@_figure("off-site-rate", "非现场检查占比 / off-site", _BY_VISIT)
def off_site_rate(year: Year) -> Iterator[Unit]:
    """Items checked otherwise than on site, of all items checked in published results.

    By the day of first publication.

    以书面、网络、检验检测或委托方式检查的事项 ÷ 已公示结果中查过的事项。时段按首次公示日。
    """
    for own in year.visits:
        if not own.editions:
            continue
        first, (mark, result) = own.editions[0][0], own.editions[-1]
        for one in result.items:
            if one.checked:
                met = mark if one.method != "on-site" else None
                yield _of_visit(year, own, first, met, f"#{one.item}")


@_figure("correction-rate", "公示后更正率 / corrections", _BY_VISIT)
def correction_rate(year: Year) -> Iterator[Unit]:
    """Results that were corrected after publication, of all published ones.

    By the day of first publication.

    公示后更正过的结果 ÷ 已公示的结果。时段按首次公示日。
    """
    for own in year.visits:
        if own.editions:
            (first, _), *later = own.editions
            yield _of_visit(year, own, first, later[0][0] if later else None)
