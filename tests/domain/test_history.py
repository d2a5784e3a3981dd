"""History: folding is total, repeatable, and a branch leaves its stem alone."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import types
import typing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.aggregates import PREFIXES
from domain.decisions import ACTS, SYSTEM, decide
from domain.errors import DomainError
from domain.events import NAMES, name_of
from domain.facts import Actor, Context
from domain.genesis import Genesis
from domain.history import History
from domain.inspection_state import Inspection
from domain.registry_state import Entity
from ledger.prover import CHECKS
from tests.story import (
    ITEMS,
    PEOPLE,
    PROVER,
    Story,
    add_entity,
    entity_id,
    nonce_of,
    plan_row,
    with_inspections,
    with_registries,
)

if TYPE_CHECKING:
    from domain.facts import Command

TASK = "联2024026"
TEXTS: dict[str, list[object]] = {
    "id": [entity_id(1), entity_id(2), "E1", "M2", "X1", "edu", "clerk-edu"],
    "code": [code for code, _ in ITEMS],
    "department": ["edu", "market", "labour", "nowhere"],
    "issuer": ["edu", "nowhere"],
    "entity": [entity_id(1), entity_id(2)],
    "plan_number": [TASK, "联9"],
    "task": [TASK, "联9"],
    "draw_id": [f"{TASK}.entities.1", f"{TASK}.entities.2", f"{TASK}.officers.1"],
    "inspection": [f"{TASK}:{entity_id(n)}" for n in range(1, 25)],
    "nonce": [nonce_of(f"{TASK}.entities.1", who).hex() for who in ("witness1", "witness2")],
    "on": ["2024-06-01", "soon"],
    "due": ["2024-12-01", "soon"],
    "certificate_expires": ["2026-12-31", "2024-06-01"],
    "year": [2024],
    "plan_year": [2024, 2023],
    "rows": [(plan_row(),), (plan_row(ratio=(1, 2)),), ()],
    "witnesses": [("witness1", "witness2"), ("witness1",)],
    "version": [1, 2, 3],
}


def values(name: str, kind: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - any annotation
    """Values that often hit something, for a field of this name and type."""
    if name in TEXTS:
        return st.sampled_from(TEXTS[name])
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        return built(typing.cast("type", kind))
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin is tuple and arguments[1:] == (Ellipsis,):
        return st.lists(values(name, arguments[0]), max_size=2).map(tuple)
    if origin in {types.UnionType, typing.Union}:
        return st.one_of([values(name, one) for one in arguments])
    if kind in {bool, int}:
        return st.booleans() if kind is bool else st.integers(-1, 3)
    if kind is type(None):
        return st.none()
    return st.just({}) if origin is not None else st.sampled_from(["", "示例", "E1", "M1", "x"])


def built(kind: type) -> st.SearchStrategy[Any]:
    """Instances of a dataclass of the domain."""
    hints = typing.get_type_hints(kind)
    return st.builds(
        kind,
        **{field.name: values(field.name, hints[field.name]) for field in dataclasses.fields(kind)},
    )


COMMANDS = st.one_of(
    [st.tuples(st.just(act), built(act.command)) for act in ACTS if act.roles != (SYSTEM,)]
)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), late=st.booleans())
def test_folding_never_raises_on_what_a_decision_produced(data: st.DataObject, late: bool) -> None:  # noqa: FBT001 - hypothesis hands it in
    """Random acts by random people: refused with a code, or recorded and folded."""
    story = with_inspections() if late else with_registries(range(1, 4))
    for act, command in data.draw(st.lists(COMMANDS, min_size=5, max_size=40)):
        who = data.draw(
            st.sampled_from([id_ for id_, _, own in PEOPLE if set(own) & set(act.roles)])
        )
        role = next(role for role in act.roles if role != "system")
        with contextlib.suppress(DomainError):
            story.act(who, role, command)
    replayed = History()
    for one in story.recorded:
        replayed.apply(one)
    assert replayed.size == story.history.size
    assert replayed.all(Entity) == story.history.all(Entity)
    assert replayed.all(Inspection) == story.history.all(Inspection)


def test_a_replay_of_a_whole_task_gives_the_same_states() -> None:
    """What was live is what the audit will see."""
    story = with_inspections()
    replayed = History()
    for one in story.recorded:
        replayed.apply(one)
    assert replayed._states == story.history._states


def test_a_branch_can_be_tried_and_thrown_away() -> None:
    """A refused batch leaves nothing behind."""
    story = with_registries(range(1, 3))
    before = story.history.all(Entity)
    branch = Story(history=story.history.branch())
    add_entity(branch, 99)
    assert len(branch.history.all(Entity)) == 3
    assert branch.history.version(f"entity/{entity_id(99)}") == 2
    assert story.history.all(Entity) == before
    assert story.history.version(f"entity/{entity_id(99)}") == 0


def test_leaves_are_folded_in_order_without_gaps() -> None:
    """A missed event must not pass in silence."""
    story = with_registries(range(1, 2))
    history = History()
    with pytest.raises(AssertionError, match="in order"):
        history.apply(story.recorded[1])


def test_every_event_has_one_stored_name_and_every_name_one_version() -> None:
    """Stored names follow source.subject.version and are never shared."""
    assert len(set(NAMES.values())) == len(NAMES)
    for name, event in NAMES.items():
        source, _, rest = name.partition(".")
        assert source.replace("_", "").isalpha()
        assert re.fullmatch(r"\w+\.v[1-9][0-9]*", rest)
        assert name_of(typing.cast("Any", object.__new__(event))) == name


def test_the_ledgers_own_stream_takes_no_commands() -> None:
    """Nobody rewrites what leaf 0 says."""
    story = with_registries(range(1, 2))
    assert story.history.get(Genesis, "") is not None

    class Reopen:
        """A command that does not exist."""

        stream = "ledger"

    context = Context(
        actor=Actor(id="admin", role="administrator"),
        now=story.now,
        position=story.history.size,
        checkpointed=0,
        prove=PROVER.prove,
        checks=CHECKS,
    )
    with pytest.raises(KeyError):
        decide(story.history, typing.cast("Command", Reopen()), context)


def test_a_branch_of_a_branch_is_adopted_and_one_that_is_not_leaves_no_trace() -> None:
    """What the writer does with each command of a group: tried above the others, then taken over or dropped."""
    story = with_inspections()
    recorded, stem = story.recorded, History()
    middle = len(recorded) // 2
    for one in recorded[:middle]:
        stem.apply(one)
    group = stem.branch()
    for one in recorded[middle:]:
        dropped = group.branch()
        dropped.apply(one)
        trial = group.branch()
        trial.apply(one)
        assert trial.get(Entity, entity_id(1)) == dropped.get(Entity, entity_id(1))
        group.adopt(trial)
    assert stem.size == middle
    assert (group.size, group.recorded_at) == (story.history.size, story.history.recorded_at)
    for kind in PREFIXES:
        assert group.all(kind) == story.history.all(kind)
    assert all(group.version(one.stream) == story.history.version(one.stream) for one in recorded)
