"""The draw record 抽取记录: how list and chance were fixed, and who was drawn, as far as that is public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.documents.content import Block, Document, Facts, Paragraph, Signatures, Table
from api.documents.sources import no_document, path
from api.pages import fraction, moment, percent
from api.public_draws import shown_draw
from api.public_words import DRAW_STATUS, STAGES, VOIDS, reason, stratum
from projections.queries import campaigns, draws

if TYPE_CHECKING:
    from api.documents.sources import Sources
    from projections.reading import Row

NOT_YET = "名单尚未公布；公布后再次打印的记录载有名单与证明。/ The list is not public yet."


def draw_record(sources: Sources, draw_id: str) -> Document:
    """The record of a draw whose list is fixed; it tells the names from the moment in which they are public."""
    found = draws.public_draw(sources.read, draw_id)
    if found is None or found["ledger_size"] is None:
        raise no_document("没有此抽取，或名单尚未固定 / no such draw, or its list is not fixed yet")
    task = campaigns.public_task(sources.read, found["task"])
    assert task is not None  # noqa: S101 - a draw is prepared for a task
    shown = shown_draw(sources.read, found)
    return Document(
        title="抽取记录",
        english="Record of a draw",
        issuer=sources.department(task["lead"]),
        number=draw_id,
        blocks=(
            Facts(rows=_facts(task, shown)),
            Paragraph(text="一、过程", style="heading"),
            _course(shown),
            Paragraph(text="二、随机源", style="heading"),
            _chances(shown),
            *_lists(sources, shown),
            Signatures(places=("抽取操作人员", "现场见证人员")),
        ),
        leaf=found["ledger_size"],
        proof=path("public", "draws", draw_id, "page"),
        as_of=sources.as_of,
    )


def _facts(task: Row, draw: Row) -> tuple[tuple[str, str], ...]:
    bundle = draw["bundle"]
    facts = [
        ("抽查任务", f"{task['id']} {task['name']}"),
        ("抽取", f"{STAGES[draw['stage']]}（{DRAW_STATUS[draw['status']]}）"),
        ("操作人员编号", draw["prepared_by"]),
        ("名单承诺 SHA-256", draw["digest"] or "随检查名单一并公布"),
    ]
    if draw["pool"] is not None:
        facts.append(("参加 / 不参加抽取", f"{draw['pool']} / {draw['excluded']}"))
    if bundle is not None:
        if draw["drawn"] is None:
            facts.append(("派出检查组", str(len(draw["teams"]))))
        else:
            facts.append(("抽中", str(draw["drawn"])))
        facts.append(("种子", bundle["seed"]))
    if draw["void_reason"]:
        facts.append(("作废原因", draw["void_reason"]))
    return tuple(facts)


def _course(draw: Row) -> Table:
    steps = [
        ("准备", draw["prepared_at"], draw["prepared_by"]),
        ("固定名单、规则和随机源", draw["committed_at"], f"账本叶 {draw['ledger_size']}"),
        ("签名检查点覆盖承诺", draw["covered_at"], ""),
        ("随机源到齐，名单确定", draw["computed_at"], ""),
        ("公布名单与证明", draw["disclosed_at"], ""),
        *(
            (VOIDS[one["act"]], one["at"], f"{one['by']}：{one['reason'] or ''}")
            for one in draw["voids"]
        ),
    ]
    rows = tuple((name, moment(at), note) for name, at, note in steps if at is not None)
    return Table(head=("步骤", "时间（北京）", "说明"), widths=(4, 3, 5), rows=rows)


def _chances(draw: Row) -> Table:
    rows = tuple(
        (_source(one), moment(one.get("due_at")), moment(one["arrived_at"]))
        for one in draw["sources"]
    )
    return Table(head=("随机源", "产生时间", "到齐时间"), widths=(6, 3, 3), rows=rows)


def _source(one: Row) -> str:
    match one["type"]:
        case "drand":
            told = f" 第 {one['round']} 轮" if one["round"] else ""
            return f"drand 随机信标 {one['name']}{told}"
        case "lottery":
            return f"{one['name']} 第 {one['issue']} 期"
        case _:
            return f"见证人 {one['who']} 的密封随机数"


def _lists(sources: Sources, draw: Row) -> tuple[Block, ...]:
    heading = Paragraph(text="三、名单", style="heading")
    if draw["bundle"] is None:
        return (heading, Paragraph(text=NOT_YET))
    if draw["stage"] == "officers":
        return (heading, _teams(sources, draw))
    return (
        heading,
        _drawn(draw),
        Paragraph(text="四、不参加抽取及原因", style="heading"),
        Table(
            head=("名称", "编号", "原因"),
            widths=(5, 4, 5),
            rows=tuple((one["name"], one["id"], reason(one["reason"])) for one in draw["left_out"]),
        ),
    )


def _teams(sources: Sources, draw: Row) -> Table:
    rows = tuple(
        (
            str(place),
            team["name"],
            "\n".join(
                f"{one['id']}（{sources.department(one['department'])}）"
                for one in team["officers"]
            ),
            "、".join(team["experts"]),
        )
        for place, team in enumerate(draw["teams"], start=1)
    )
    return Table(
        head=("序号", "检查对象", "检查人员编号", "专家编号"), widths=(1, 6, 5, 3), rows=rows
    )


def _drawn(draw: Row) -> Table:
    rows = tuple(
        (
            f"{stratum(own['stratum'])}\n{percent(own['ratio'])}"
            if draw["seat"] is None
            else own["stratum"],
            str(place),
            one["name"],
            one["id"],
            fraction(one["ticket"]),
        )
        for own in draw["strata"]
        for place, one in enumerate(own["selected"], start=1)
    )
    return Table(
        head=("分层与比例", "序", "名称", "编号", "签号"), widths=(3, 1, 6, 5, 2), rows=rows
    )
