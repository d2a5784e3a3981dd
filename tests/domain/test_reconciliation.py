"""应纳尽纳: a registry beside an outside list, with each difference decided."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.errors import DomainError
from domain.reconciliation import (
    DecideDifference,
    Decision,
    Difference,
    DifferenceDecided,
    Listed,
    OpenReconciliation,
    Reconciliation,
)
from domain.registry_commands import AddEntity, EntityChanged, Suspended
from domain.registry_state import Entity
from tests.story import Story, add_entity, details_of, entity_id, with_registries

REGISTRAR = ("registrar1", "registrar")


def outside(**changes: object) -> OpenReconciliation:
    """A list that lacks the first entity, has another name for the second, and one that is not here."""
    fields: dict[str, object] = {
        "id": "2024-1",
        "registry": "entity",
        "kinds": ("校外培训机构",),
        "source": "示例县教育局校外培训机构名单",
        "document": "ab" * 32,
        "listed": (
            Listed(id=entity_id(2), name="示例新名"),
            Listed(id=entity_id(3), name="示例培训机构3"),
            Listed(id=entity_id(7), name="示例培训机构7"),
        ),
    }
    return OpenReconciliation(**{**fields, **changes})  # type: ignore[arg-type]


def decision(entry: int, what: Decision, reason: str = "示例：核实") -> DecideDifference:
    """A decision of one difference."""
    return DecideDifference(id="2024-1", entry=entity_id(entry), decision=what, reason=reason)


def opened() -> Story:
    """Three entities of the kind and one of another, beside that list."""
    story = with_registries(range(1, 4))
    add_entity(story, 4, kind="幼儿园")
    story.act(*REGISTRAR, outside())
    return story


def comparison(story: Story) -> Reconciliation:
    """The comparison as it stands."""
    found = story.history.get(Reconciliation, "2024-1")
    assert found is not None
    return found


def test_a_comparison_says_who_is_missing_who_is_gone_and_whose_name_differs() -> None:
    """Entities of kinds that the list does not cover are none of it."""
    one, two, seven = (entity_id(number) for number in (1, 2, 7))
    assert list(comparison(opened()).waiting.values()) == [
        Difference(id=one, kind="gone-there", name_here="示例培训机构1", name_there=""),
        Difference(id=two, kind="name-differs", name_here="示例培训机构2", name_there="示例新名"),
        Difference(id=seven, kind="missing-here", name_here="", name_there="示例培训机构7"),
    ]


def test_who_stands_here_as_another_kind_is_not_missing() -> None:
    """A suspended one is."""
    story = with_registries(range(1, 3))
    add_entity(story, 4, kind="幼儿园")
    listed = tuple(Listed(id=entity_id(number), name="") for number in (1, 2, 4))
    story.act(*REGISTRAR, outside(listed=listed))
    assert comparison(story).open is False


def test_a_decision_proposes_what_it_says_and_the_comparison_closes_with_the_last() -> None:
    """Suspension and name wait for a second person; an addition must stand there first."""
    story = opened()
    assert story.act(*REGISTRAR, decision(1, "suspend")) == (
        DifferenceDecided(entry=entity_id(1), decision="suspend", reason="示例：核实"),
        Suspended(reason="示例：核实"),
    )
    _, renamed = story.act(*REGISTRAR, decision(2, "rename"))
    assert isinstance(renamed, EntityChanged)
    assert renamed.details == details_of(2, name="示例新名")
    with pytest.raises(DomainError, match="unknown-entry"):
        story.decide(*REGISTRAR, decision(7, "add"))
    assert comparison(story).open
    add = AddEntity(
        id=entity_id(7), details=details_of(7), source="示例", override_reason=None, personal={}
    )
    story.act(*REGISTRAR, add, decision(7, "add"))
    assert not comparison(story).open
    assert set(comparison(story).decided) == {entity_id(number) for number in (1, 2, 7)}
    gone = story.history.get(Entity, entity_id(1))
    assert gone is not None
    assert gone.active


def test_what_is_not_ours_is_decided_with_its_reason_and_changes_nothing() -> None:
    """Each difference once."""
    story = opened()
    with pytest.raises(DomainError, match="reason-missing"):
        story.decide(*REGISTRAR, decision(7, "not-ours", " "))
    assert len(story.act(*REGISTRAR, decision(7, "not-ours"))) == 1
    with pytest.raises(DomainError, match="nothing-to-confirm"):
        story.decide(*REGISTRAR, decision(7, "not-ours"))
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide(*REGISTRAR, decision(1, "add"))


def test_lists_of_people_hold_no_names_and_no_list_is_empty_or_opened_twice() -> None:
    """Names of people are personal: they are compared by their ids alone."""
    story = opened()
    people = outside(id="2024-2", registry="officer", kinds=(), listed=(Listed(id="E1", name=""),))
    story.act(*REGISTRAR, people)
    found = story.history.get(Reconciliation, "2024-2")
    assert found is not None
    assert len(found.waiting) == 11
    refused = {
        "list-invalid": replace(people, id="2024-3", listed=(Listed(id="E1", name="示例"),)),
        "duplicate-id": outside(id="2024-3", listed=()),
        "already-registered": outside(),
        "hash-invalid": outside(id="2024-3", document="no"),
    }
    for code, command in refused.items():
        with pytest.raises(DomainError, match=code):
            story.decide(*REGISTRAR, command)
    unknown = replace(decision(1, "suspend"), id="no")
    with pytest.raises(DomainError, match="unknown-reconciliation"):
        story.decide(*REGISTRAR, unknown)
