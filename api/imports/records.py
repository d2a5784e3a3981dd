"""What an imported file gives: records of a registry, and the problems of the rows that gave none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from domain.item_versions import Category
from domain.registry_commands import CreditClass

RegistryKind = Literal["items", "entities", "officers", "experts"]
Place = tuple[str, int]
"""Sheet name ("" in a CSV file) and row number as a spreadsheet counts."""


@dataclass(frozen=True, kw_only=True)
class ItemRecord:
    """抽查事项. `department` is the issuer as the file names it; `legal_basis` holds one basis a line."""

    code: str
    department: str
    item_class: str
    name: str
    subject: str
    category: Category
    method: str
    body: str
    legal_basis: str
    row: Place


@dataclass(frozen=True, kw_only=True)
class EntityRecord:
    """检查对象. `override_reason` is set only where it stands in for a right check digit; `other_ids` are further numbers."""

    id: str
    other_ids: tuple[str, ...] = ()
    name: str
    kind: str
    tags: tuple[str, ...]
    credit_class: CreditClass | None
    area: str
    address: str
    override_reason: str | None
    personal: Mapping[str, str] = field(repr=False)
    row: Place


@dataclass(frozen=True, kw_only=True)
class OfficerRecord:
    """执法检查人员. `personal`: name, certificate_number and, where given, telephone and id_card."""

    id: str
    department: str
    skills: tuple[str, ...]
    certificate_expires: str
    area: str
    personal: Mapping[str, str] = field(repr=False)
    row: Place


@dataclass(frozen=True, kw_only=True)
class ExpertRecord:
    """专家. `personal`: name and, where given, telephone and id_card."""

    id: str
    speciality: tuple[str, ...]
    organisation: str
    personal: Mapping[str, str] = field(repr=False)
    row: Place


Record = ItemRecord | EntityRecord | OfficerRecord | ExpertRecord


@dataclass(frozen=True, kw_only=True)
class RowProblem:
    """Why a row, or with `row` 0 a whole sheet, gave no record. Never repeats what a cell says."""

    file: str
    sheet: str
    row: int
    column: str
    code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ImportResult:
    """All that one file gave, with an account of every row below a header.

    `rows_read` = records + `rows_continued` (added a legal basis, body or method to an item that stood already)
    + `rows_empty` (layout only: inside merged cells, blank, or the header once more) + `rows_refused` (see `problems`).
    """

    records: tuple[Record, ...]
    problems: tuple[RowProblem, ...]
    rows_read: int
    rows_continued: int
    rows_empty: int
    rows_refused: int
    columns_ignored: tuple[str, ...]
    columns_read: Mapping[str, str]
    """Our name of each column that was read, and the name that the file gives it."""
