"""Subjects: whose personal data is held, to be erased, or erased; and entries that were found by it."""

from pydantic import Field

from api.answers import Answer
from api.shapes.common import Instant, Listing, Version
from api.shapes.registries import Line
from domain.subject_commands import SubjectKind


class SubjectLine(Line):
    """个人信息的保全与删除 / how the personal data of one entry stands."""

    id: str = Field(description="名录与编号，如 officer/QH001 / registry and id")
    holds: list[str] | None = Field(
        description="依法保全的文号，只给纪检监察 / references of the legal holds that stand, for the discipline office alone"
    )
    asked: bool = Field(
        description="已申请删除 / whether an erasure was asked for and not declined"
    )
    waiting: bool = Field(description="删除申请待审批 / whether an erasure waits for approval")
    requested_by: str | None = Field(description="申请删除的人 / who asked for the erasure")
    basis: str = Field(description="删除依据，未申请为空 / on what basis, empty where nobody asked")
    erased: bool = Field(description="已删除 / whether the data was erased")
    version: Version
    changed_at: Instant


class SubjectPage(Listing[SubjectLine]):
    """一页 / one page of subjects."""


class Found(Answer):
    """查到的条目 / an entry that was found."""

    registry: SubjectKind
    id: str


class FoundEntries(Answer):
    """查到的全部条目 / all entries that were found."""

    entries: list[Found]
