"""The county's registries as the Excel files that an office would hand in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpyxl import Workbook

from api.imports.columns import COLUMNS
from mingqian.demo.items import ITEMS
from mingqian.demo.people import DEPARTMENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from api.imports import RegistryKind
    from mingqian.demo.county import County, EntityLine, ExpertLine

TITLES: dict[RegistryKind, str] = {
    "items": "抽查事项清单",
    "entities": "检查对象名录库",
    "officers": "执法检查人员名录库",
    "experts": "专家库",
}


def write(county: County, folder: Path) -> dict[RegistryKind, Path]:
    """Write one file for each registry, with the importer's own column names."""
    folder.mkdir(parents=True)
    rows: dict[RegistryKind, Iterable[Mapping[str, str]]] = {
        "items": _items(),
        "entities": map(_entity, county.entities),
        "officers": _officers(county),
        "experts": [_expert(expert) for expert in county.experts],
    }
    return {kind: _book(folder, kind, lines) for kind, lines in rows.items()}


def _book(folder: Path, kind: RegistryKind, lines: Iterable[Mapping[str, str]]) -> Path:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(TITLES[kind])
    sheet.append([f"清河县{TITLES[kind]}（示例，均为虚构）"])
    sheet.append([column.label for column in COLUMNS[kind]])
    for line in lines:
        sheet.append([line.get(column.field, "") for column in COLUMNS[kind]])
    path = folder / f"{TITLES[kind]}.xlsx"
    book.save(path)
    return path


def _items() -> list[dict[str, str]]:
    return [
        {
            "code": item.code,
            "department": DEPARTMENTS[item.department],
            "item_class": item.item_class,
            "name": item.name,
            "subject": item.subject,
            "category": f"{item.category}检查事项",
            "method": "现场检查",
            "body": f"县级{DEPARTMENTS[item.department]}",
            "legal_basis": item.legal_basis,
        }
        for item in ITEMS
    ]


def _entity(entity: EntityLine) -> dict[str, str]:
    scheme, _, number = entity.id.partition(":")
    return {
        scheme: number,
        "name": entity.name,
        "kind": entity.kind,
        "tags": "、".join(entity.tags),
        "credit_class": entity.credit_class or "",
        "area": entity.area,
        "address": entity.address,
        "contact": entity.contact,
        "telephone": entity.telephone,
    }


def _officers(county: County) -> list[dict[str, str]]:
    return [
        {
            "id": officer.id,
            "name": officer.name,
            "department": officer.department,
            "skills": "、".join(officer.skills),
            "certificate_number": officer.certificate_number,
            "certificate_expires": officer.certificate_expires,
            "area": officer.area,
            "telephone": officer.telephone,
        }
        for officer in county.officers
    ]


def _expert(expert: ExpertLine) -> dict[str, str]:
    return {
        "id": expert.id,
        "name": expert.name,
        "speciality": "、".join(expert.specialities),
        "organisation": expert.organisation,
        "telephone": expert.telephone,
    }
