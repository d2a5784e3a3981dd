"""Why somebody may be drawn or not, and how many may take a seat."""

from typing import Literal

from pydantic import Field

from api.answers import Answer
from api.shapes.common import Count, OfficerId
from api.shapes.proofs import Reason

Standing = Literal["candidate", "reserve", "left-out"]


class PersonExplained(Answer):
    """一个人能否被抽中 / how somebody stands to a task."""

    id: OfficerId
    department: str = Field(description="部门；专家为 experts / department; `experts` for experts")
    standing: Standing = Field(
        description="可抽、备员（未被指派，人手不足时才用）、不能抽 / may be drawn; of the reserve, called only where the"
        " named are too few; may not"
    )
    reason: Reason | None = Field(
        description="不能抽的首个原因 / the first reason why not, null for a candidate"
    )
    words: str = Field(
        description="原因的文字，可抽则为空 / the reason in words, empty for a candidate"
    )


class Explained(Answer):
    """人员名册及原因 / everybody of the registries of people, as of the fixed list or as of now."""

    leaf: Count | None = Field(
        description="名册随对象名单固定时的账本位置；尚未固定为 null / the leaf at which the roster was frozen, null while it is not"
    )
    people: list[PersonExplained]


class SeatExplained(Answer):
    """一项需求 / the seats of one need of a visit."""

    department: str
    skills: list[str]
    count: Count = Field(description="席位数 / seats")
    eligible: Count = Field(description="条件相符且无须回避的人数 / who fits and is not recused")


class InspectionSeats(Answer):
    """一次检查的席位 / the seats of a visit."""

    inspection: str
    needs: list[SeatExplained]


class SeatsExplained(Answer):
    """各席位可派人数 / how many could take each seat."""

    inspections: list[InspectionSeats]
