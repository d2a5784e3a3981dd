"""Departments, their people and the item list, as of any leaf."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from domain.items import ItemAdded, ItemClaimed, ItemDetails, ItemPublished
from projections.table import FLAG, NUMBER, TEXT, TEXTS, Keeps, Row, Table

if TYPE_CHECKING:
    from domain.items import Item
    from domain.organisation import Department, Staff
    from projections.fold import Step


def _department(step: Step) -> list[Row]:
    state: Department = step.state
    return [vars(state)]


def _staff(step: Step) -> list[Row]:
    state: Staff = step.state
    return [{**vars(state), "version": step.recorded.version}]


def _item(step: Step) -> list[Row]:
    state: Item = step.state
    added = step.newest(ItemAdded)
    claim = step.newest(ItemClaimed) if state.department else None
    row = {
        "code": state.code,
        **vars(state.details),
        "source": added.source if added else None,
        "status": state.status,
        "department": state.department,
        "claimed_by": state.claimed_by,
        "mandate": claim.mandate if claim else None,
        "supervision_code": claim.supervision_code if claim else None,
        "published_at": step.at(ItemPublished),
        "version": step.recorded.version,
    }
    return [row]


TABLES = (
    Table(
        name="departments_v1",
        kinds=("department",),
        keeps=Keeps.AS_OF,
        key=("id",),
        columns={"id": TEXT, "name": TEXT, "collates": FLAG},
        rows=_department,
    ),
    Table(
        name="staff_v1",
        kinds=("staff",),
        keeps=Keeps.AS_OF,
        key=("id",),
        columns={
            "id": TEXT,
            "department": TEXT,
            "roles": TEXTS,
            "active": FLAG,
            "version": NUMBER,
        },
        rows=_staff,
    ),
    Table(
        name="items_v1",
        kinds=("item",),
        keeps=Keeps.AS_OF,
        key=("code",),
        columns={
            "code": TEXT,
            **{each.name: TEXT for each in fields(ItemDetails)},
            "source": TEXT,
            "status": TEXT,
            "department": TEXT,
            "claimed_by": TEXT,
            "mandate": TEXT,
            "supervision_code": TEXT,
            "published_at": TEXT,
            "version": NUMBER,
        },
        rows=_item,
    ),
)
