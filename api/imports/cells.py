"""From what a cell holds to what it means. Every function raises DomainError and never repeats the cell."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import TYPE_CHECKING, cast, get_args

from api.imports.sheet import Lost
from api.text import BREAKS, is_plain, is_unknown, is_unseen
from domain.errors import DomainError
from domain.identifiers import normalise
from domain.registry_commands import CreditClass
from domain.rules import require_slug

if TYPE_CHECKING:
    from api.imports.sheet import Epoch
    from domain.item_versions import Category

# Excel keeps 15 significant digits of a number and writes zeros for the rest.
_EXACT = 10**15
_EXCEL_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
# Days from 1954 to 2099 as Excel counts them; as YYYYMMDD a number is far larger.
_SERIALS = range(20_000, 73_050)
_PLACEHOLDERS = frozenset({"", "-", "--", "—", "——", "/", "无", "暂无", "空", "N/A"})
# ECMA-376 part 1, 22.9.2.19 (ST_Xstring): a character that XML cannot hold is written by its code.
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
# Characters that need no cleaning: most cells hold nothing else, and a register has many cells.
_CLEAN = re.compile(r"[0-9A-Za-z\u4e00-\u9fff（）《》〔〕“”、，。；：\-]+")
_GAP = re.compile(r"\s+")
_LIST = re.compile(r"[、，,；;|\n]+")
_DATE = re.compile(r"(\d{4})(?:年|[.\-/])(\d{1,2})(?:月|[.\-/])(\d{1,2})日?(?:[ T]00:00(?::00)?)?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_CREDIT = re.compile(r"(?:信用)?(?:风险)?([A-D])(?:级|类|等级)?(?:\([^A-Z()]*\))?")
_FLOAT = re.compile(r"(\d)(?:\.(\d+))?E\+(\d{1,3})", re.IGNORECASE)
_POINT_ZERO = re.compile(r"(?<=\d)\.0+$")
_APOSTROPHES = "'`\u2018\u2019"
_PHONE = re.compile(r"\+?\d[\d\-]{5,18}\d(?:转\d{1,6})?")


def text(value: object) -> str:
    """Clean text to NFC, no invisible characters, plain single spaces, no blanks around a line, no blank lines around all."""
    visible = _visible(value)
    if _CLEAN.fullmatch(visible):
        return visible
    lines = (_GAP.sub(" ", part).strip() for part in visible.split("\n"))
    return "\n".join(lines).strip("\n")


def line(value: object) -> str:
    """Clean text onto one line: a break alone wraps Chinese text and vanishes; a break beside blanks is one space."""
    visible = _visible(value)
    return visible if _CLEAN.fullmatch(visible) else _GAP.sub(_unwrap, visible.strip())


def words(value: object) -> tuple[str, ...]:
    """Split tags as people write them (`寄宿、民办；寄宿`), each once, in order."""
    parts = (part.strip() for part in _LIST.split(text(value)))
    return tuple(dict.fromkeys(part for part in parts if part))


def day(value: object, epoch: Epoch | None = None) -> str:
    """Read a calendar day as YYYY-MM-DD from a date cell or `2025.6.30`, `2025年6月30日`, `2025/6/30`, `20250630`.

    A number that a workbook may have formatted as no day counts from its `epoch`; a text never does.
    """
    if isinstance(value, datetime):
        return value.date().isoformat()
    if epoch is not None and isinstance(value, int | float) and value in _SERIALS:
        return epoch.moment(value).date().isoformat()
    written = _half_width(value)
    spaced = re.sub(r"\s*([年月日.\-/])\s*", r"\1", written)
    found = _DATE.fullmatch(spaced) or _COMPACT_DATE.fullmatch(spaced)
    try:
        return date(*map(int, found.groups())).isoformat() if found else _no_date()
    except ValueError:
        return _no_date()


def telephone(value: object) -> str:
    """Read one or several telephone numbers, in half-width digits joined by `、`."""
    numbers = [
        _whole(re.sub(r"[\s()]+", "", part)).lstrip(_APOSTROPHES)
        for part in words(_half_width(value))
    ]
    if not all(_PHONE.fullmatch(number) for number in numbers):
        raise _invalid("不是电话号码 / not a telephone number")
    return "、".join(numbers)


def credit_class(value: object) -> CreditClass | None:
    """Read `A级`, `Ａ`, `A类（信用好）` → `A`; a class not given yet is None."""
    written = _half_width(value).replace(" ", "").upper()
    if written in {"未评级", "未分类", "未评"}:
        return None
    found = _CREDIT.fullmatch(written)
    if not found:
        raise _invalid(
            f"信用等级应为 {'/'.join(get_args(CreditClass))} / a credit class is one of A to D"
        )
    return cast("CreditClass", found[1])


def category(value: object) -> Category:
    """Read `重点检查事项` → `重点`, `一般检查事项` → `一般`."""
    written = line(value)
    found: list[Category] = [name for name in ("重点", "一般") if name in written]
    if len(found) != 1:
        raise _invalid("事项类别应为 重点 或 一般 / the category is 重点 or 一般")
    return found[0]


def slug(value: object) -> str:
    """Read an id that the department gave (工号, 事项编码): ASCII letters, digits, `-`, `_`, in capitals."""
    written = _whole(re.sub(r"\s+", "", _half_width(value)).lstrip(_APOSTROPHES).upper())
    require_slug(written, "编号")
    return written


def digits(value: object) -> str:
    """Read an official number in half-width capitals without spaces, and without what kept Excel from making it a number."""
    return _whole(normalise(text(value)).lstrip(_APOSTROPHES))


def _whole(written: str) -> str:
    """Undo what programs make of long numbers in text files: `123.0`, `1.23E+2`. Digits that are not there are not made up."""
    found = _FLOAT.fullmatch(written)
    if found is None:
        return _POINT_ZERO.sub("", written)
    fraction, exponent = found[2] or "", int(found[3])
    if len(fraction) != exponent:
        raise _truncated()
    return found[1] + fraction


def is_placeholder(value: object) -> bool:
    """Tell whether a cell holds nothing, or what people write for nothing (`无`, `——`)."""
    return value is None or (isinstance(value, str) and value.strip() in _PLACEHOLDERS)


def _visible(value: object) -> str:
    if value is Lost.FORMULA:
        raise DomainError(
            "import-formula-uncalculated",
            "公式没有保存结果；请用 Excel 打开并保存，或粘贴为数值 / the formula was saved without its result: open and save "
            "the file in Excel, or paste values",
        )
    written = value if isinstance(value, str) else _number_or_date(value)
    if _CLEAN.fullmatch(written):
        return written
    if written in _EXCEL_ERRORS:
        raise _invalid("单元格是 Excel 错误值 / the cell holds an Excel error")
    return unicodedata.normalize("NFC", _seen(_ESCAPE.sub(_unescape, written)))


def _seen(written: str) -> str:
    """Leave out what cannot be seen: people paste it unknowingly. What nobody can read is for them to replace."""
    if is_plain(written):
        return written
    kept = "".join(each for each in written if each in BREAKS or not is_unseen(each))
    if any(is_unknown(each) for each in kept):
        raise _invalid(
            "含自造字或未定义字符，请用规范字 / holds a private or undefined character: write another"
        )
    return kept


def _number_or_date(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) >= _EXACT:
            raise _truncated()
        return str(int(value)) if value == int(value) else repr(value)
    return "" if value is None else str(value)


def _half_width(value: object) -> str:
    return unicodedata.normalize("NFKC", line(value))


def _unescape(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return (
        "" if unicodedata.category(character) == "Cs" else character
    )  # half a surrogate pair says nothing


def _unwrap(gap: re.Match[str]) -> str:
    before, after = gap.string[gap.start() - 1], gap.string[gap.end()]
    return "" if set(gap[0]) == {"\n"} and not (before.isascii() and after.isascii()) else " "


def _truncated() -> DomainError:
    return DomainError(
        "import-number-truncated",
        "长号码存成了数值，Excel 已丢失末尾数字；请将该列设为文本后重新录入 / a long number was stored as a "
        "number and Excel lost its last digits: make the column text and enter it again",
    )


def _no_date() -> str:
    raise _invalid("不是完整的日期；请写成 2025-06-30 / not a whole date: write 2025-06-30")


def _invalid(reason: str) -> DomainError:
    return DomainError("import-value-invalid", reason)
