"""Departments, their people and the item list, as of any leaf."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from domain.item_versions import ItemDetails
from domain.items import ItemAdded, ItemPublished
from projections.table import FLAG, JSON, NUMBER, TEXT, TEXTS, Keeps, Row, Table

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
    row = {
        "code": state.code,
        **vars(state.details),
        "source": added.source if added else None,
        "status": state.status,
        "department": state.department,
        "claimed_by": state.claimed_by,
        "mandate": state.mandate,
        "supervision_code": state.supervision_code,
        "published_at": step.at(ItemPublished),
        "versions": state.versions,
        "withdrawn": state.withdrawn,
        "pending": state.pending,
        "version": step.recorded.version,
    }
    return [row]


def _item_versions(step: Step) -> list[Row]:
    """Each version with the days on which it is on the list: until the next one holds, or the item is withdrawn."""
    state: Item = step.state
    withdrawn = state.withdrawn
    ends = [one.valid_from for one in state.versions[1:]] + [withdrawn.on if withdrawn else None]
    return [
        {
            "code": state.code,
            "number": one.number,
            **vars(one.details),
            "department": state.department,
            "mandate": state.mandate,
            "supervision_code": state.supervision_code,
            "valid_from": one.valid_from,
            "valid_to": end,
            "withdrawn_for": withdrawn.reason if withdrawn and end == withdrawn.on else None,
            "leaf": one.leaf,
            "reason": one.reason,
        }
        for one, end in zip(state.versions, ends, strict=False)
    ]


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
        name="items_v2",
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
            "versions": JSON,
            "withdrawn": JSON,
            "pending": JSON,
            "version": NUMBER,
        },
        rows=_item,
    ),
    Table(
        name="item_versions_v1",
        kinds=("item",),
        keeps=Keeps.CURRENT,
        key=("code", "number"),
        columns={
            "code": TEXT,
            "number": NUMBER,
            **{each.name: TEXT for each in fields(ItemDetails)},
            "department": TEXT,
            "mandate": TEXT,
            "supervision_code": TEXT,
            "valid_from": TEXT,
            "valid_to": TEXT,  # the day from which it holds no more, or null
            "withdrawn_for": TEXT,
            "leaf": NUMBER,
            "reason": TEXT,
        },
        rows=_item_versions,
        indexes=("(valid_from)",),
    ),
)
