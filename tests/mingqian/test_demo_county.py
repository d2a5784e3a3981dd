"""The made-up county: the same every time, lawful numbers, and every name says that it is an example."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING

from api.imports import load
from domain import identifiers
from mingqian.demo import workbooks
from mingqian.demo.county import SCHOOLS, TEAMS, TRAINING, VENUE, chinese, county
from mingqian.demo.items import ITEMS
from mingqian.demo.people import DEPARTMENTS

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = "37bd2adedd0455e773a223ce5671ac70ea56062cc78e5f5855104472a7e015c9"


def test_the_county_is_the_same_every_time() -> None:
    """Nothing in it is random: its digest stands here."""
    made = county()
    assert sha256(repr(made).encode()).hexdigest() == DIGEST


def test_the_county_has_the_registries_that_the_plan_needs() -> None:
    """150 schools and kindergartens, 60 training institutions, 12 venues, 60 officers, 6 experts."""
    made = county()
    kinds = Counter(entity.kind for entity in made.entities)
    assert sum(kinds[kind] for kind, _ in SCHOOLS) == 150
    assert (kinds[TRAINING], kinds[VENUE]) == (60, 12)
    assert len(made.officers) == sum(team.count for team in TEAMS) == 60
    assert len(made.experts) == 6
    assert {entity.credit_class for entity in made.entities} == {"A", "B", "C", "D", None}


def test_every_entity_has_a_lawful_number_of_its_own() -> None:
    """Check digits hold; school codes and old registration numbers are among them."""
    ids = [entity.id for entity in county().entities]
    assert [identifiers.parse(id_) for id_ in ids] == ids
    assert len(set(ids)) == len(ids)
    assert {id_.partition(":")[0] for id_ in ids} == {"uscc", "school", "reg"}


def test_every_name_says_that_it_is_an_example() -> None:
    """No real school, no real person."""
    made = county()
    names = {entity.name for entity in made.entities}
    names |= {officer.name for officer in made.officers} | {expert.name for expert in made.experts}
    assert all("示例" in name for name in names)
    assert all("示例" in entity.address for entity in made.entities)


def test_some_entities_are_suspended_and_some_were_visited() -> None:
    """So that the demonstration has exclusions to show."""
    entities = county().entities
    assert sum(entity.suspended for entity in entities) == 6
    assert sum(entity.visited is not None for entity in entities) == 8


def test_the_workbooks_are_read_back_without_a_single_problem(tmp_path: Path) -> None:
    """Every line becomes one record of the importer."""
    made = county()
    counts = {}
    for kind, path in workbooks.write(made, tmp_path / "input").items():
        result = load(kind, path.read_bytes(), path.name)
        assert not result.problems
        counts[kind] = len(result.records)
    assert counts == {"items": len(ITEMS), "entities": 222, "officers": 60, "experts": 6}


def test_departments_are_called_the_same_everywhere() -> None:
    """The importer finds an officer's department by its name."""
    assert {team.department for team in TEAMS} <= set(DEPARTMENTS.values())


def test_schools_are_numbered_as_chinese_schools_are() -> None:
    """一, 十, 十二, 二十, 二十三."""
    assert [chinese(n) for n in (1, 10, 12, 20, 23)] == ["一", "十", "十二", "二十", "二十三"]
