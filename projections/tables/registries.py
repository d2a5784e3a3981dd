"""The registries as of any leaf: what is confirmed, and beside it what waits for its second person."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from domain.registry_commands import EntityDetails, ExpertDetails, OfficerDetails
from projections.table import FLAG, JSON, NUMBER, TEXT, TEXTS, Keeps, Row, Table

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import LiteralString

    from domain.classification import VocabularySet
    from domain.registry_commands import Details
    from domain.registry_state import Entity, Entry, Expert, Officer
    from projections.fold import Step

# What all three registries say of a line beside its details.
LINE: dict[str, LiteralString] = {
    "suspended": FLAG,
    "active": FLAG,
    "pending": JSON,
    "version": NUMBER,
    "changed_at": TEXT,
}


_NAMES: dict[type, tuple[str, ...]] = {
    details: tuple(each.name for each in fields(details))
    for details in (EntityDetails, OfficerDetails, ExpertDetails)
}


def _line(state: Entry, details: type[Details], step: Step) -> dict[str, object]:
    """The details are all null while an addition waits; `pending` then holds the proposed ones."""
    names = _NAMES[details]
    own = dict.fromkeys(names) if state.details is None else vars(state.details)
    return {
        "id": state.id,
        **{name: own[name] for name in names},
        "suspended": state.suspended,
        "active": state.active,
        "pending": state.pending,
        "version": step.recorded.version,
        "changed_at": step.recorded.recorded_at,
    }


def _entity(step: Step) -> list[Row]:
    state: Entity = step.state
    own = {
        "visits": state.visits,
        "exemptions": state.exemptions,
        "licences": state.licences,
        "ratings": state.ratings,
        "unrated_class": state.unrated_class,
    }
    return [{**_line(state, EntityDetails, step), **own}]


def _officer(step: Step) -> list[Row]:
    state: Officer = step.state
    annotations = {
        "recusals": sorted(state.recusals),
        "relations": state.relations,
        "trained": state.trained,
        "leaves": state.leaves,
        "tags": state.tags,
    }
    return [{**_line(state, OfficerDetails, step), **annotations}]


def _expert(step: Step) -> list[Row]:
    state: Expert = step.state
    own = {"relations": state.relations, "tags": state.tags}
    return [{**_line(state, ExpertDetails, step), **own}]


def _licences(step: Step) -> list[Row]:
    state: Entity = step.state
    return [{"entity": state.id, **vars(licence)} for licence in state.licences.values()]


def _vocabulary(step: Step) -> list[Row]:
    state: VocabularySet = step.state
    row = {
        "registry": step.id,
        "tags": state.tags,
        "basis": state.basis,
        "set_by": step.recorded.actor.id,
        "set_at": step.recorded.recorded_at,
    }
    return [row]


def _registry(
    kind: str,
    name: str,
    columns: dict[str, LiteralString],
    rows: Callable[[Step], list[Row]],
) -> Table:
    return Table(
        name=name,
        kinds=(kind,),
        keeps=Keeps.AS_OF,
        key=("id",),
        columns={"id": TEXT, **columns, **LINE},
        rows=rows,
        indexes=("(id) WHERE to_leaf IS NULL AND pending IS NOT NULL",),
    )


TABLES = (
    _registry(
        "entity",
        "entities_v3",
        {
            "name": TEXT,
            "kind": TEXT,
            "tags": TEXTS,
            "credit_class": TEXT,
            "area": TEXT,
            "address": TEXT,
            "visits": TEXTS,
            "exemptions": JSON,
            "licences": JSON,
            "ratings": JSON,
            "unrated_class": TEXT,
        },
        _entity,
    ),
    _registry(
        "officer",
        "officers_v4",
        {
            "department": TEXT,
            "skills": TEXTS,
            "certificate_expires": TEXT,
            "area": TEXT,
            "recusals": TEXTS,
            "relations": JSON,
            "trained": JSON,
            "leaves": JSON,
            "tags": TEXTS,
        },
        _officer,
    ),
    _registry(
        "expert",
        "experts_v3",
        {"organisation": TEXT, "specialities": TEXTS, "relations": JSON, "tags": TEXTS},
        _expert,
    ),
    Table(
        name="licences_v1",
        kinds=("entity",),
        keeps=Keeps.CURRENT,
        key=("entity", "number"),
        columns={
            "entity": TEXT,
            "number": TEXT,
            "kind": TEXT,
            "issuer": TEXT,
            "valid_from": TEXT,
            "expires": TEXT,
        },
        rows=_licences,
        indexes=("(expires)",),
    ),
    Table(
        name="vocabulary_v1",
        kinds=("vocabulary",),
        keeps=Keeps.CURRENT,
        key=("registry",),
        columns={
            "registry": TEXT,
            "tags": JSON,
            "basis": TEXT,
            "set_by": TEXT,
            "set_at": TEXT,
        },
        rows=_vocabulary,
    ),
)
