"""Why an assignment is impossible: the group of needs that blocks it, and what is missing."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from domain.errors import DomainError
from domain.lottery.assignment import assign
from domain.lottery.assignment_bundle import commit_assignment
from domain.lottery.assignment_input import AssignmentInput, Inspection, Need, input_of
from domain.lottery.blocking import require_feasible
from domain.lottery.infeasible import InfeasibleError
from tests.domain.lottery.assignments import all_teams, input_from, need, officer, random_input
from tests.domain.lottery.plain_assignment import plain_group

TWO = {"i1": [need("a", 1, "x"), need("b", 1)], "i2": [need("a", 1, "x"), need("b", 1)]}


@pytest.mark.parametrize(
    ("officers", "recusals", "named", "missing"),
    [
        ([officer("o1", "a"), officer("o2", "b")], [], "i1 ×1 [x];", "skill"),
        ([officer("o1", "a", "x", capacity=1), officer("o2", "b")], [], "i1 ×1 [x]; i2 ×1 [x];", "capacity"),
        ([officer("o1", "a", "x"), officer("o2", "b")], [["o1", "i2"]], "i2 ×1 [x];", "recusal"),
        ([officer("o1", "a", "x")], [], "i1 ×1;", "officer"),
    ],
)  # fmt: skip
def test_an_impossible_input_is_refused_with_what_is_missing(
    officers: list[dict[str, Any]], recusals: list[list[str]], named: str, missing: str
) -> None:
    """A smallest group of needs, and what a person could change."""
    roster = input_of(input_from(TWO, officers, recusals))
    with pytest.raises(DomainError, match="assignment-infeasible") as caught:
        assign(roster, bytes(32))
    for seed in range(9):
        with pytest.raises(DomainError) as again:
            assign(roster, bytes([seed] * 32))
        assert again.value.detail == caught.value.detail
    assert f"too few officers: {named}" in caught.value.detail
    assert caught.value.detail.endswith(f"missing: {missing}")
    with pytest.raises(DomainError, match="assignment-infeasible"):
        commit_assignment(draw_id="1", roster=roster, sources=(), vrf_key=bytes(32))


def _refusal(roster: AssignmentInput) -> InfeasibleError | None:
    try:
        require_feasible(roster)
    except InfeasibleError as error:
        return error
    return None


def _possible(roster: AssignmentInput, needs: list[tuple[str, Need]]) -> bool:
    """Enumerate assignments of these needs alone."""
    names = dict.fromkeys(name for name, _ in needs)
    inspections = tuple(
        Inspection(id=name, needs=tuple(need for at, need in needs if at == name)) for name in names
    )
    return any(True for _ in all_teams(replace(roster, inspections=inspections)))


def _neglecting(
    rule: str, roster: AssignmentInput, needs: list[tuple[str, Need]]
) -> tuple[AssignmentInput, list[tuple[str, Need]]]:
    if rule == "skill":
        return roster, [(name, replace(need, skills=())) for name, need in needs]
    if rule == "recusal":
        return replace(roster, recusals=()), needs
    officers = tuple(replace(each, capacity=None) for each in roster.officers)
    return replace(roster, officers=officers), needs


def test_the_group_blocks_and_none_of_it_can_be_dropped() -> None:
    """By enumeration on 300 small inputs: whether there is a group, that it is tight, what is missing."""
    sizes = []
    for number in range(300):
        chance = random.Random(number)  # noqa: S311 - the same inputs every time
        roster = input_of(random_input(chance, chance.randint(2, 5), chance.randint(1, 3)))
        every = [(each.id, need) for each in roster.inspections for need in each.needs]
        refusal = _refusal(roster)
        assert (refusal is None) == _possible(roster, every), number
        if refusal is None:
            continue
        needs = list(refusal.needs)
        sizes.append(len(needs))
        assert not _possible(roster, needs), number
        for n in range(len(needs)):
            assert _possible(roster, needs[:n] + needs[n + 1 :]), number
        helps = [
            rule
            for rule in ("skill", "recusal", "capacity")
            if _possible(*_neglecting(rule, roster, needs))
        ]
        assert list(refusal.missing) == (helps or ["officer"]), number
        assert refusal.seats == sum(need.count for _, need in needs)
        assert refusal.officers == sum(
            any(_fits(roster, each, place) for place in needs) for each in roster.officers
        )
    assert len(sizes) > 60
    assert max(sizes) > 3


def _fits(roster: AssignmentInput, officer_: Any, place: tuple[str, Need]) -> bool:  # noqa: ANN401 - an officer
    name, need_ = place
    return (
        officer_.department == need_.department
        and set(need_.skills) <= set(officer_.skills)
        and (officer_.id, name) not in roster.recusals
    )


def test_the_group_is_the_one_that_the_page_says() -> None:
    """600 inputs, many with several seats short, so that needs can be left out; any seed names it."""
    shrunk = 0
    for number in range(600):
        chance = random.Random(number)  # noqa: S311 - the same inputs every time
        value = random_input(chance, chance.randint(2, 9), chance.randint(2, 9))
        for each in value["inspections"]:
            each["needs"][0]["count"] += chance.choice([0, 0, 1, 3])
        roster = input_of(value)
        refusal = _refusal(roster)
        assert (None if refusal is None else list(refusal.needs)) == plain_group(roster), number
        if refusal is not None:
            with pytest.raises(InfeasibleError) as caught:
                assign(roster, chance.randbytes(32))
            assert caught.value.to_json() == refusal.to_json()
            shrunk += len(refusal.needs) > 1
    assert shrunk > 30


def test_a_long_group_is_told_whole_as_data_and_short_in_the_sentence() -> None:
    """Thirty visits for which one seat is missing."""
    visits = {f"i{n:02}": [need("a", 2)] for n in range(30)}
    officers = [officer("o1", "a", capacity=30), officer("o2", "a", capacity=29)]
    refusal = _refusal(input_of(input_from(visits, officers)))
    assert refusal is not None
    assert refusal.to_json()["needs"] == [
        {"inspection": name, "department": "a", "skills": [], "count": 2} for name in visits
    ]
    assert (refusal.seats, refusal.officers, refusal.missing) == (60, 2, ("capacity",))
    assert "30 in all" in refusal.detail
    assert "i20" not in refusal.detail
