"""Small checks that many decisions share, each with its one refusal."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from domain.errors import DomainError

if TYPE_CHECKING:
    from domain.facts import Context

AREA = "area:"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def require_slug(text: str, place: str) -> None:
    """Ids that we give ourselves are short ASCII words, so that they stand unescaped in addresses and file names."""
    if not _SLUG.fullmatch(text):
        raise DomainError(
            "id-invalid", f"{place}: 编号只能用字母、数字、-、_ / use letters, digits, - and _ only"
        )


def require_reason(reason: str) -> None:
    """An act that takes something away or changes it says why."""
    if not reason.strip():
        raise DomainError("reason-missing", "请写明原因 / say why")


def require_text(text: str, place: str) -> None:
    """A field that the public or an auditor will read is not blank."""
    if not text.strip():
        raise DomainError("field-missing", f"{place}: 不能为空 / must not be blank")


def require_sha256(text: str, place: str) -> None:
    """Evidence is named by the SHA-256 of its bytes."""
    if not _SHA256.fullmatch(text):
        detail = (
            f"{place}: 须为 64 位小写十六进制的 SHA-256 / a SHA-256 in 64 lower-case hex digits"
        )
        raise DomainError("hash-invalid", detail)


def require_skills(skills: tuple[str, ...], place: str) -> None:
    """Names of skills and specialities; those that begin like an area's stand for areas in a draw of officers."""
    if len(set(skills)) < len(skills):
        raise DomainError("duplicate-id", f"{place}: 重复 / stands twice")
    for skill in skills:
        require_text(skill, place)
        if skill.startswith(AREA):
            detail = f"{place}: 不能以 {AREA} 开头 / must not begin like this"
            raise DomainError("id-invalid", detail)


def require_other_person(context: Context, other: str, act: str) -> None:
    """Nobody approves their own act."""
    if context.actor.id == other:
        raise DomainError("own-act", f"{act}: 须由另一人办理 / must be done by somebody else")


def parse_date(text: str, place: str) -> date:
    """Read `YYYY-MM-DD` and nothing else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise DomainError("date-invalid", f"{place}: 日期须为 YYYY-MM-DD / dates are YYYY-MM-DD")
    return day


def parse_instant(text: str, place: str) -> datetime:
    """Read an RFC 3339 UTC instant with milliseconds and nothing else, as the ledger writes them."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or instant(moment) != text:
        detail = f"{place}: 时刻须如 2024-06-03T01:00:00.000Z / instants are UTC with milliseconds"
        raise DomainError("time-invalid", detail)
    return moment


def instant(moment: datetime) -> str:
    """The one way in which a moment is written."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def day_after(day: str) -> str:
    """The day that follows, both as YYYY-MM-DD."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def parse_past_date(text: str, place: str, now: str) -> date:
    """Read a day that has come already: what is to be recorded has happened."""
    day = parse_date(text, place)
    if text > china_date(now):
        raise DomainError("date-invalid", f"{place}: 日期不得晚于今天 / must not lie in the future")
    return day


def china_date(now: str) -> str:
    """The calendar day in China (UTC+8, no summer time) of an RFC 3339 UTC instant: windows are days on its calendar."""
    return (datetime.fromisoformat(now) + timedelta(hours=8)).date().isoformat()
