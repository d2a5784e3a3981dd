"""The papers of one visit: notice 检查通知书, record 检查记录表, result notice 检查结果告知书, rectification order 责令改正通知书.

They are made of an inspection as the person who asks may see it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from api.documents.content import Block, Document, Facts, Paragraph, Seal, Signatures, Table
from api.documents.sources import day, days, no_document, path
from api.pages import moment
from api.public_words import (
    ACKNOWLEDGEMENTS,
    ANSWERS,
    CATEGORIES,
    DISPOSALS,
    METHODS,
    OUTCOMES,
    TRIED,
)
from domain.lottery.assignment_input import EXPERTS
from projections.queries.checklists import checklist
from projections.queries.registries import entry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.documents.sources import Sources
    from projections.reading import Row

NOTICE = ("inspection.notice_written.v1",)
REVIEW = ("inspection.result_reviewed.v1",)
ORDERS = ("inspection.correction_ordered.v1", "inspection.correction_ordered.v2")
APPROVED = ("approved", "published")


def notice(sources: Sources, found: Row, names: Mapping[str, str]) -> Document:
    """The notice letter as it was written; `names` are those of officers that the reader may know."""
    letter = found["notice"]
    if letter is None:
        raise no_document("尚未拟写通知书 / no notice is written yet")
    issuer, entity = _lead(sources, found), _entity(sources, found)
    says = (
        f"根据年度随机抽查计划（任务：{found['task']}），经公开随机抽取，你单位被抽中为检查对象。"
        f"现定于{day(letter['visit_on'])}对你单位实施检查，现将有关事项通知如下。"
    )
    return Document(
        title="检查通知书",
        english="Notice of inspection",
        issuer=issuer,
        number=letter["notice_number"],
        blocks=(
            Paragraph(text=entity["name"], style="addressee"),
            Paragraph(text=says),
            Facts(
                rows=(
                    ("检查对象", f"{entity['name']}\n{found['entity']}"),
                    ("地址", entity["address"]),
                    ("检查日期", day(letter["visit_on"])),
                    ("抽查时间", days(found["window_from"], found["window_to"])),
                )
            ),
            Paragraph(text="一、检查事项", style="heading"),
            _items(sources, found),
            Paragraph(text="二、检查人员", style="heading"),
            _team(sources, found, names),
            Paragraph(text="三、要求", style="heading"),
            Paragraph(text=letter["says"]),
            Paragraph(
                text="检查人员不得少于两人，检查时应当出示执法证件；你单位可扫码核对本次抽取的公开证明。"
            ),
            Seal(issuer=issuer, day=day(letter["dated"])),
            Signatures(places=("被检查单位签收",)),
        ),
        leaf=_leaf(found, NOTICE),
        proof=_slip(found),
        as_of=sources.as_of,
    )


def record(
    sources: Sources, found: Row, names: Mapping[str, str], statements: Sequence[tuple[str, str]]
) -> Document:
    """What was recorded of the visit, to be signed on the spot; `statements` are sealed texts that the reader may see."""
    if not found["spells"] and found["outcome"] is None:
        raise no_document("尚未到场检查 / nobody has been there yet")
    issuer, entity = _lead(sources, found), _entity(sources, found)
    return Document(
        title="检查记录表",
        english="On-site record",
        issuer=issuer,
        number=found["id"],
        blocks=(
            Facts(
                rows=(
                    ("检查对象", f"{entity['name']}\n{found['entity']}"),
                    ("地址", entity["address"]),
                    ("抽查任务", found["task"]),
                    ("检查日期", day(found["first_visit_on"])),
                )
            ),
            Paragraph(text="一、检查人员与到场时间", style="heading"),
            _team(sources, found, names),
            _spells(found),
            *_outcome(found),
            Paragraph(text="二、检查要点", style="heading"),
            _answers(sources, found),
            Paragraph(text="三、检查情况", style="heading"),
            _findings(sources, found),
            Paragraph(text="四、证据文件", style="heading"),
            _evidence(sources, found),
            Paragraph(text="五、被检查人意见", style="heading"),
            Paragraph(text=ACKNOWLEDGEMENTS.get(found["acknowledged"] or "", "尚未记录")),
            *(Facts(rows=(one,)) for one in statements),
            Signatures(places=("检查人员", "检查人员", "被检查单位（盖章）", "见证人")),
        ),
        leaf=found["steps"][-1]["leaf"],
        proof=_proof(found),
        as_of=sources.as_of,
    )


def result_notice(sources: Sources, found: Row) -> Document:
    """What the inspected party is told of an approved result."""
    if found["status"] not in APPROVED:
        raise no_document("检查结果尚未审核通过 / the result is not approved yet")
    issuer, entity = _lead(sources, found), _entity(sources, found)
    says = (
        f"我单位于{day(found['first_visit_on'])}对你单位实施了“双随机、一公开”检查（任务：{found['task']}）。"
        f"检查结果：{CATEGORIES[found['category']]}。现将逐项情况告知如下。"
    )
    return Document(
        title="检查结果告知书",
        english="Notice of the result",
        issuer=issuer,
        number=found["id"],
        blocks=(
            Paragraph(text=entity["name"], style="addressee"),
            Paragraph(text=says),
            _findings(sources, found),
            Paragraph(
                text="检查结果依法向社会公示。你单位对结果有异议的，可以自收到本告知书之日起向我单位提出书面申辩。"
            ),
            Seal(issuer=issuer, day=day(moment(found["reviewed_at"])[:10])),
            Signatures(places=("被检查单位签收",)),
        ),
        leaf=_leaf(found, REVIEW),
        proof=_proof(found),
        as_of=sources.as_of,
    )


def correction_order(sources: Sources, found: Row, number: int) -> Document:
    """An order to correct, with what must be put right and until when."""
    own = [one for one in found["follow_ups"] if one["kind"] == "correction"]
    order = next((one for one in own if one["number"] == number), None)
    if order is None:
        raise no_document("没有此责令改正 / no such order to correct")
    entity = _entity(sources, found)
    issuer = _issuer(sources, found, order["items"])
    earlier = sum(one["number"] < number for one in own)
    ordered = [one["leaf"] for one in found["steps"] if one["type"] in ORDERS]
    says = f"经查，你单位存在须改正的问题。现责令你单位于{day(order['due'])}前改正，并将改正情况书面报告我单位。"
    return Document(
        title="责令改正通知书",
        english="Order to correct",
        issuer=issuer,
        number=f"{found['id']} 第 {number} 号",
        blocks=(
            Paragraph(text=entity["name"], style="addressee"),
            Paragraph(text=says),
            Facts(
                rows=(
                    ("涉及事项", sources.items_of(order["items"]) or "全部事项"),
                    ("改正要求", order["text"]),
                    ("改正期限", day(order["due"])),
                )
            ),
            Paragraph(
                text="逾期不改正或者改正不到位的，将依法处理。改正情况由检查人员以外的人复查。"
            ),
            Seal(issuer=issuer, day=day(order["on"])),
            Signatures(places=("被检查单位签收", "送达人")),
        ),
        leaf=ordered[earlier],
        proof=_proof(found),
        as_of=sources.as_of,
    )


def _proof(found: Row) -> str:
    """The published result, or before that the slip."""
    return path("public", "results", found["id"]) if found["editions"] else _slip(found)


def _slip(found: Row) -> str:
    """What tells the entity, once the draw is public, that it was drawn by chance."""
    draw = found["assigned"]["entities_draw"]
    return path("public", "draws", draw, "slip") + f"?entity={quote(found['entity'], safe='')}"


def _leaf(found: Row, types: tuple[str, ...]) -> int:
    """The leaf of the newest step of these types."""
    return int(next(one["leaf"] for one in reversed(found["steps"]) if one["type"] in types))


def _entity(sources: Sources, found: Row) -> Row:
    line = entry(sources.read, "entity", found["entity"])
    assert line is not None  # noqa: S101 - entities are drawn from the registry, and stay in it
    return line


def _lead(sources: Sources, found: Row) -> str:
    """The department that inspects first: it issues what is issued for all."""
    return sources.department(found["assigned"]["items"][0]["department"])


def _issuer(sources: Sources, found: Row, items: list[str]) -> str:
    """The one department whose items these are; the lead where there are several."""
    own = [one for one in found["assigned"]["items"] if items and set(items) <= set(one["items"])]
    return sources.department(own[0]["department"]) if own else _lead(sources, found)


def _items(sources: Sources, found: Row) -> Table:
    rows = tuple(
        (sources.department(own["department"]), sources.item(code))
        for own in found["assigned"]["items"]
        for code in own["items"]
    )
    return Table(head=("部门", "抽查事项"), widths=(2, 7), rows=rows)


def _team(sources: Sources, found: Row, names: Mapping[str, str]) -> Table:
    rows = tuple(
        (
            one["id"],
            names.get(one["id"], ""),
            sources.department(one["department"]),
            "专家"
            if one["department"] == EXPERTS
            else "组长"
            if one["id"] == found["leader"]
            else "",
        )
        for one in found["team"]
    )
    return Table(head=("编号", "姓名", "部门", "职责"), widths=(3, 3, 4, 2), rows=rows)


def _spells(found: Row) -> Table:
    rows = tuple(
        (
            one["officer"],
            moment(one["arrived_at"]),
            moment(one["left_at"]),
            "设备时间，后补录" if one["offline"] else "账本时间",
        )
        for one in found["spells"]
    )
    return Table(head=("编号", "到场", "离场", "时间来源"), widths=(3, 4, 4, 4), rows=rows)


def _outcome(found: Row) -> tuple[Block, ...]:
    told = found["outcome"]
    if told is None:
        return ()
    tries = "\n".join(f"{moment(one['at'])} {TRIED[one['how']]}" for one in told["attempts"])
    rows = (("未能检查的情况", OUTCOMES[told["outcome"]]), ("尝试经过", tries))
    return (Facts(rows=rows),)


def _answers(sources: Sources, found: Row) -> Table:
    rows = []
    for one in found["answers"]:
        holds = checklist(sources.read, one["item"])
        texts = {point["id"]: point["text"] for point in (holds["points"] if holds else ())}
        rows += [
            (
                sources.item(one["item"]),
                texts.get(each["point"], each["point"]),
                ANSWERS[each["answer"]],
                METHODS[each["method"]],
                each["finding"],
            )
            for each in one["answers"]
        ]
    head = ("事项", "要点", "回答", "方式", "情况")
    return Table(head=head, widths=(5, 6, 2, 3, 5), rows=tuple(rows))


def _findings(sources: Sources, found: Row) -> Table:
    rows = tuple(
        (
            sources.item(one["item"]),
            CATEGORIES[one["category"]] if one["checked"] else "未检查",
            METHODS[one["method"]],
            one["finding"],
            DISPOSALS[one["disposal"]],
        )
        for one in found["items"] or ()
    )
    head = ("事项", "结果", "方式", "情况", "处置")
    return Table(head=head, widths=(5, 4, 3, 6, 3), rows=rows)


def _evidence(sources: Sources, found: Row) -> Table:
    rows = tuple(
        (
            sources.item(one["item"]) if one["item"] else "整个检查",
            one["media_type"],
            str(one["size"]),
            one["sha256"],
        )
        for one in found["evidence"]
    )
    return Table(head=("事项", "类型", "字节", "SHA-256"), widths=(4, 3, 2, 9), rows=rows)
