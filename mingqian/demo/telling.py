"""What is told before and around the inspections: implementing schemes, training, publicity."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from mingqian.demo.items import ITEMS
from mingqian.demo.people import REGISTRAR, clerk, reviewer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mingqian.demo.year import Stage

Body = dict[str, Any]
PUBLICITY: tuple[tuple[str, str, str, str], ...] = (
    ("XC-01", "2024-03-20", "official-website", "公布2024年度部门联合抽查工作计划（示例）"),
    ("XC-02", "2024-05-22", "on-site", "走进校外培训机构宣讲随机抽查政策、答疑解惑（示例）"),
    ("XC-03", "2024-12-02", "news-media", "全年“双随机、一公开”监管工作综述（示例）"),
)


def publish_scheme(stage: Stage, row: Body) -> None:
    """The lead writes how the task is carried out; a reviewer approves it, and it is published."""
    desk, clock, lead = stage.desk, stage.clock, row["lead"]
    title = f"{row['task_name']}实施方案（示例）"
    number = scheme_number(row)
    (drafted,) = desk.act(
        clerk(lead),
        "scheme.draft",
        plan_number=row["number"],
        title=title,
        document_number=number,
        scheme=_scheme(row),
    )
    clock.pass_time(minutes=90)
    desk.act(
        reviewer(lead),
        "scheme.review",
        plan_number=row["number"],
        version=drafted["version"],
        approve=True,
        remark="",
    )
    clock.pass_time(minutes=30)
    desk.act(clerk(lead), "scheme.publish", plan_number=row["number"])


def scheme_number(row: Body) -> str:
    """The document number of a task's scheme."""
    return f"清双随办〔2024〕{row['number'][-3:]}号（示例）"


def _scheme(row: Body) -> Body:
    named = {item.code: item.name for item in ITEMS}
    departments = (row["lead"], *row["joint"])
    own = {each["department"]: each["items"] for each in row["items"]}
    return {
        "goals": ["进一次门、查多项事，不增加检查对象负担", f"覆盖{row['scope']['text']}"],
        "organisation": [
            {
                "department": one,
                "duty": f"负责 {'、'.join(named[code] for code in own[one])}"
                if one in own
                else "协助检查，处理涉及本部门的线索",
            }
            for one in departments
        ],
        "steps": [
            {
                "name": "培训、抽取与派员",
                "first": row["window_from"],
                "last": row["window_from"][:8] + "10",
                "work": "开展业务培训，随机抽取检查对象和执法检查人员",
            },
            {
                "name": "实地检查与公示",
                "first": row["window_from"][:8] + "11",
                "last": row["window_to"],
                "work": "实地检查，结果在 20 个工作日内公示，发现问题跟踪到改正",
            },
        ],
        "requirements": ["两名以上执法人员到场并出示执法证", "当场录入，不得事后补写"],
        "contacts": [{"department": row["lead"], "post": "双随机工作办公室"}],
    }


def train(stage: Stage, number: str, course: str, day: str, officers: Sequence[str]) -> None:
    """A session before the draw; the reviewer compares the signed list, and only then does it count."""
    session: Body = {
        "id": f"PX-{number[-3:]}",
        "department": "education",
        "course": course,
        "on": day,
        "place": "县教育局三楼会议室（示例）",
        "trainer": "县双随机工作办公室（示例）",
        "officers": list(officers),
        "evidence": sha256(f"签到表 {number}（示例）".encode()).hexdigest(),
    }
    (recorded,) = stage.desk.act(REGISTRAR, "training.record", **session)
    stage.clock.pass_time(minutes=60)
    version = recorded["version"]
    stage.desk.act(reviewer("education"), "training.confirm", id=session["id"], version=version)


def make_known(stage: Stage, until: str) -> None:
    """What was told to the public since the last time, up to a day."""
    for id_, on, channel, title in PUBLICITY:
        if stage.clock.today.isoformat() < on <= until:
            stage.clock.move_to(on, "17:00")
            stage.desk.act(
                clerk("education"),
                "publicity.record",
                id=id_,
                department="education",
                on=on,
                channel=channel,
                title=title,
                link="",
                evidence=sha256(title.encode()).hexdigest(),
            )
