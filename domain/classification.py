"""分类标注: tags of entities, officers and experts, and the vocabulary that they are taken from.

Once a registry has a vocabulary, nothing is tagged with another word: tags decide who fits the scope of a plan. Tags that
were there before stay until somebody takes them off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import DomainError
from domain.facts import Fact
from domain.registry_commands import EntryCommand, Registry
from domain.rules import require_reason, require_text

if TYPE_CHECKING:
    from collections.abc import Collection

    from domain.facts import Context, Recorded
    from domain.history import History


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A word of a vocabulary and what it stands for."""

    tag: str
    meaning: str


@dataclass(frozen=True, kw_only=True)
class SetVocabulary:
    """Say with which words the entries of a registry may be tagged from here on; the list takes the place of an earlier one."""

    registry: Registry
    tags: tuple[Tag, ...]
    basis: str

    @property
    def stream(self) -> str:
        return f"vocabulary/{self.registry}"


@dataclass(frozen=True, kw_only=True)
class VocabularySet:
    """These words may be used as tags from here on."""

    tags: tuple[Tag, ...]
    basis: str


@dataclass(frozen=True, kw_only=True)
class TagEntry(EntryCommand):
    """Propose to put tags on an entry and to take others off."""

    add: tuple[str, ...]
    remove: tuple[str, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class EntryTagged:
    """It was proposed that the entry carries these tags, and others no more."""

    add: tuple[str, ...]
    remove: tuple[str, ...]
    reason: str


def tagged(tags: tuple[str, ...], add: Collection[str], remove: Collection[str]) -> tuple[str, ...]:
    """The tags of an entry after a change, new ones at the end."""
    kept = tuple(tag for tag in tags if tag not in remove)
    return kept + tuple(tag for tag in add if tag not in kept)


def tag(tags: tuple[str, ...], command: TagEntry, history: History) -> EntryTagged:
    """Give the event that follows for an entry with these tags, or refuse it."""
    require_reason(command.reason)
    named = (*command.add, *command.remove)
    if len(set(named)) < len(named):
        raise DomainError("duplicate-id", "标签重复 / a tag stands twice")
    if not named or set(command.add) & set(tags) or not set(command.remove) <= set(tags):
        detail = f"{command.stream}: 所加标签已有，或所去标签没有 / a tag to add is there already, or one to remove is not"
        raise DomainError("tags-unchanged", detail)
    require_known_tags(command.registry, command.add, history)
    return EntryTagged(add=command.add, remove=command.remove, reason=command.reason)


def require_known_tags(registry: Registry, tags: Collection[str], history: History) -> None:
    """Refuse blank tags, and those that are not in the vocabulary of a registry that has one."""
    for word in tags:
        require_text(word, "tags")
    vocabulary = history.get(VocabularySet, registry)
    if vocabulary is None:
        return
    known = {one.tag for one in vocabulary.tags}
    unknown = [word for word in tags if word not in known]
    if unknown:
        detail = f"标签词表中没有：{'、'.join(unknown)} / not in the vocabulary of tags"
        raise DomainError("unknown-tag", detail)


def decide(
    _state: VocabularySet | None, command: SetVocabulary, _context: Context, _history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    require_text(command.basis, "basis")
    for one in command.tags:
        require_text(one.tag, "tag")
        require_text(one.meaning, f"{one.tag}.meaning")
    if len({one.tag for one in command.tags}) < len(command.tags):
        raise DomainError("duplicate-id", "标签重复 / a tag stands twice")
    event = VocabularySet(tags=command.tags, basis=command.basis)
    return (Fact(stream=command.stream, event=event),)


def evolve(_state: VocabularySet | None, recorded: Recorded, _history: History) -> VocabularySet:
    """Fold one fact: the newest list counts."""
    assert isinstance(recorded.event, VocabularySet)
    return recorded.event
