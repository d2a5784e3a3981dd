"""A mapping file: which of their columns is which of ours, for lists that no header name can tell.

TOML, so that comments and Chinese names stand as they are (docs/imports.md):

    sheet = "2024年"                       # read this sheet alone
    header = [3, 4]                        # the rows of the header; 0 where there is none
    [columns]
    "名称" = "被检查主体"                  # our column = their header
    "联系电话" = { column = "H" }          # or the letter of their column
    "类型" = { value = "幼儿园" }          # or one value for all rows
    [values."类型"]
    "公办园" = "幼儿园"                    # their value = ours
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from api.imports.columns import COLUMNS, plain_label
from api.imports.sheet import MAX_COLUMNS
from api.imports.worksheet import column_number
from domain.errors import DomainError

if TYPE_CHECKING:
    from api.imports.records import RegistryKind

MAX_BYTES = 1_000_000


@dataclass(frozen=True, kw_only=True)
class ColumnMap:
    """What a mapping file says, by our fields: their header, the letter of their column, one value for all rows."""

    sheet: str | None = None
    header: tuple[int, int] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


NO_MAPPING = ColumnMap()


def read_mapping(kind: RegistryKind, data: bytes) -> ColumnMap:
    """Read a mapping file for a registry. Raises DomainError `import-mapping-invalid`, which names the place."""
    if len(data) > MAX_BYTES:
        raise _invalid("文件过大 / the file is too large")
    try:
        said = tomllib.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _invalid(f"不是 UTF-8 编码的 TOML / not TOML in UTF-8: {_position(error)}") from None
    unknown = said.keys() - {"sheet", "header", "columns", "values"}
    if unknown:
        raise _invalid(f"{_key(min(unknown))}: 未知的键 / unknown key")
    columns = _table(said, "columns")
    placed = {_field(kind, name): _column(name, value) for name, value in columns.items()}
    return ColumnMap(
        sheet=_text(said["sheet"], "sheet") if "sheet" in said else None,
        header=_header(said["header"]) if "header" in said else None,
        headers={f: plain_label(value) for f, (how, value) in placed.items() if how == "header"},
        letters={f: value for f, (how, value) in placed.items() if how == "column"},
        constants={f: value for f, (how, value) in placed.items() if how == "value"},
        values={
            _field(kind, name): {
                theirs: _text(ours, f"values.{name}.{theirs}")
                for theirs, ours in _table(_table(said, "values"), name).items()
            }
            for name in _table(said, "values")
        },
    )


def _column(name: str, value: object) -> tuple[str, str]:
    place = f"columns.{name}"
    if isinstance(value, str):
        return "header", _text(value, place)
    if isinstance(value, dict) and len(value) == 1:
        (how, what), *_ = value.items()
        if how == "value":
            return "value", _text(what, place)
        if how == "column":
            return "column", _letter(what, place)
    raise _invalid(
        f'{_key(place)}: 应为表头文字、{{ column = "H" }} 或 {{ value = "…" }} / a header text, a column letter or a value'
    )


def _letter(value: object, place: str) -> str:
    letters = _text(value, place).upper()
    try:
        number = column_number(letters)
    except ValueError:
        number = 0
    if not 0 < number <= MAX_COLUMNS:
        raise _invalid(f"{_key(place)}: 不是列标，如 H / not the letter of a column, as H")
    return letters


def _header(value: object) -> tuple[int, int]:
    rows = [row for row in (value if isinstance(value, list) else [value]) if type(row) is int]
    if len(rows) != (len(value) if isinstance(value, list) else 1) or len(rows) not in {1, 2}:
        raise _invalid("header: 应为一个或两个行号 / one or two row numbers")
    first, last = rows[0], rows[-1]
    if not 0 <= first <= last <= first + 1 or first == 0 != last:
        raise _invalid("header: 应为相邻的行号 / row numbers that follow each other")
    return first, last


def _field(kind: RegistryKind, name: str) -> str:
    plain = plain_label(name)
    for column in COLUMNS[kind]:
        if name == column.field or plain in column.names:
            return column.field
    labels = "、".join(column.label for column in COLUMNS[kind])
    raise _invalid(f"{_key(name)}: 不是本名录的列；可用 / not a column of this registry: {labels}")


def _table(said: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = said.get(name, {})
    if not isinstance(value, dict):
        raise _invalid(f"{_key(name)}: 应为表 / must be a table")
    return value


def _text(value: object, place: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _invalid(f"{_key(place)}: 应为非空文本 / must be a text that is not empty")
    return value


def _key(name: str) -> str:
    """A key as a message shows it: the mapping file holds no personal data, but it may hold anything."""
    return "".join(each for each in name[:60] if each.isprintable())


def _position(error: ValueError) -> str:
    said = str(error)
    return said[said.rfind("(at ") :] if "(at " in said else "编码 / encoding"


def _invalid(reason: str) -> DomainError:
    return DomainError("import-mapping-invalid", reason)
