"""History: folding is total, repeatable, and a branch leaves its stem alone."""

from __future__ import annotations

import re
import typing
from typing import TYPE_CHECKING, Any

import pytest

from domain.aggregates import PREFIXES
from domain.decisions import decide
from domain.events import NAMES, name_of
from domain.facts import Actor, Context
from domain.genesis import Genesis
from domain.history import History
from domain.registry_state import Entity
from ledger.prover import CHECKS
from tests.story import (
    PROVER,
    Story,
    add_entity,
    entity_id,
    with_inspections,
    with_registries,
)

if TYPE_CHECKING:
    from domain.facts import Command


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
