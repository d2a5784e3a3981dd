"""The registries, as of any number of leaves, are what a replay of that many leaves gives."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import msgspec

from domain.history import History
from domain.item_versions import ItemDetails
from domain.items import Item
from domain.organisation import Department, Staff
from domain.registry_commands import EntityDetails, ExpertDetails, OfficerDetails
from domain.registry_state import Entity, Entry, Expert, Officer
from projections.queries.registries import Registry, entry, registry, sealed
from projections.reading import Page
from tests.projections.recording import a_busy_registry, record
from tests.story import entity_id

if TYPE_CHECKING:
    from ledger.store import Ledger
    from projections.reading import Reader
    from projections.runner import Projector


DETAILS: dict[type, Any] = {
    Item: ItemDetails,
    Entity: EntityDetails,
    Officer: OfficerDetails,
    Expert: ExpertDetails,
}
KINDS: dict[Registry, type[object]] = {
    "department": Department,
    "staff": Staff,
    "item": Item,
    "entity": Entity,
    "officer": Officer,
    "expert": Expert,
}


def told(state: Any) -> dict[str, Any]:  # noqa: ANN401 - a state of any kind
    """A state of the domain as JSON would have it, its details laid out beside the rest, sets in order."""
    flat = {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in vars(state).items()
    }
    if type(state) in DETAILS:
        details = flat.pop("details")
        names = (each.name for each in fields(DETAILS[type(state)]))
        flat |= {name: getattr(details, name, None) for name in names}
    if isinstance(state, Entry):
        flat["active"] = state.active
        flat.pop("earlier", None)  # what held before stands in the rows of before
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(flat))
    return plain


def tables(reader: Reader, as_of: int | None) -> dict[str, list[dict[str, Any]]]:
    """All registries of a snapshot."""
    with reader.snapshot() as read:
        return {kind: registry(read, kind, as_of=as_of) for kind in KINDS}


def assert_told(rows: dict[str, list[dict[str, Any]]], history: History) -> None:
    """Every state of the history is a row, every row a state."""
    for kind, state_type in KINDS.items():
        states = [told(state) for state in history.all(state_type)]
        assert [
            {name: row[name] for name in state}
            for row, state in zip(rows[kind], states, strict=True)
        ] == states


def test_the_registries_of_any_leaf_are_a_replay_to_that_leaf(
    ledger: Ledger, projector: Projector, reader: Reader
) -> None:
    """Also where one batch held several changes of a line, and where a change spans two batches."""
    story = a_busy_registry(acts=400)
    half = len(story.recorded) // 2
    record(ledger, story, half)
    projector.catch_up()
    record(ledger, story)
    assert projector.catch_up() == len(story.recorded)
    history = History()
    for recorded in story.recorded:
        history.apply(recorded)
        assert_told(tables(reader, history.size), history)
    assert_told(tables(reader, None), history)


def test_a_registry_is_paged_and_narrowed(
    ledger: Ledger, projector: Projector, reader: Reader
) -> None:
    """A page goes on where the last one ended; filters narrow it."""
    story = a_busy_registry(acts=40)
    record(ledger, story)
    projector.catch_up()
    with reader.snapshot() as read:
        whole = registry(read, "officer")
        pages = registry(read, "officer", page=Page(limit=5))
        pages += registry(read, "officer", page=Page(after=pages[-1]["id"]))
        edu = registry(read, "officer", where={"department": "edu"})
        clerks = registry(read, "staff", where={"roles": "clerk"})
        waiting = registry(read, "entity", waiting=True)
        named = registry(read, "entity", named="构")
    assert pages == whole
    assert [row["id"] for row in edu] == [f"E{n}" for n in range(1, 7)]
    assert [row["id"] for row in clerks] == ["clerk-edu", "clerk-labour", "clerk-market"]
    expected = [one.id for one in story.history.all(Entity) if one.pending]
    assert [row["id"] for row in waiting] == expected
    assert {row["name"][:6] for row in named} == {"示例培训机构"}


def test_the_newest_ciphertext_of_each_field_can_be_opened_by_those_who_hold_the_key(
    ledger: Ledger, projector: Projector, reader: Reader
) -> None:
    """Projections keep what the ledger sealed; they hold no key."""
    record(ledger, a_busy_registry(acts=60))
    projector.catch_up()
    stream = "officer/E1"
    with reader.snapshot() as read:
        newest = sealed(read, [stream, "officer/nobody"])
        assert entry(read, "entity", entity_id(99)) is None
    assert newest["officer/nobody"] == []
    stored = {
        name: (entry_.envelope().version, text)
        for entry_ in ledger.read(0)
        if (envelope := entry_.envelope()).stream == stream and envelope.sealed
        for name, text in envelope.sealed.fields.items()
    }
    assert {
        name: (place.version, text)
        for place, one in newest[stream]
        for name, text in one.fields.items()
    } == stored
