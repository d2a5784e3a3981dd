"""Assignments against brute force: feasibility, rule 1, evenness, equal chance, refusals."""

from __future__ import annotations

import copy
import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.canonical import canon
from domain.errors import DomainError
from domain.lottery.assignment import assign
from domain.lottery.assignment_bundle import (
    build_assignment_bundle,
    commit_assignment,
    verify_assignment_bundle,
)
from domain.lottery.assignment_check import check_assignment
from domain.lottery.assignment_input import ALG, AssignmentInput, input_of
from domain.lottery.entropy import Witness, all_randomness, witness_commit
from domain.lottery.fairness import check_fairness, levels
from domain.lottery.seed import alpha_of
from domain.lottery.verification import Means
from ledger import drand, vrf
from tests import beacons

if TYPE_CHECKING:
    from collections.abc import Iterator

    Teams = dict[str, list[str]]


def _need(department: str, count: int, *skills: str) -> dict[str, Any]:
    return {"department": department, "count": count, "skills": list(skills)}


def _officer(
    name: str, department: str, *skills: str, capacity: int | None = None
) -> dict[str, Any]:
    return {"id": name, "department": department, "skills": list(skills), "capacity": capacity}


def _input(
    inspections: dict[str, list[dict[str, Any]]],
    officers: list[dict[str, Any]],
    recusals: list[list[str]] | None = None,
) -> dict[str, Any]:
    rows = [{"id": name, "needs": needs} for name, needs in inspections.items()]
    return {"alg": ALG, "inspections": rows, "officers": officers, "recusals": recusals or []}


@st.composite
def small_inputs(draw: st.DrawFn) -> dict[str, Any]:
    """Give an input small enough to enumerate, often just feasible."""
    departments = st.sampled_from(["教育局", "市监局"])
    skills = st.lists(st.sampled_from(["x", "y"]), unique=True)
    officers = [
        _officer(f"o{n}", draw(departments), *draw(skills), capacity=draw(st.sampled_from(caps)))
        for n in range(draw(st.integers(3, 6)))
        for caps in [(None, None, 1, 2)]
    ]
    inspections: dict[str, list[dict[str, Any]]] = {}
    for n in range(draw(st.integers(1, 3))):
        needs = [
            _need(draw(departments), 1, *draw(skills.filter(lambda each: len(each) < 2)))
            for _ in range(draw(st.integers(1, 3)))
        ]
        needs[0]["count"] += len(needs) == 1
        inspections[f"i{n}"] = needs
    pairs = [[each["id"], name] for each in officers for name in inspections]
    recusals = draw(st.lists(st.sampled_from(pairs), unique_by=tuple, max_size=3))
    return _input(inspections, officers, recusals)


def _all_teams(roster: AssignmentInput) -> Iterator[Teams]:
    """Enumerate, by the letter of rule 1, every way to seat the officers."""
    seats = [(i.id, n) for i in roster.inspections for n in i.needs for _ in range(n.count)]
    teams: Teams = {inspection.id: [] for inspection in roster.inspections}
    loads: Counter[str] = Counter()

    def fill(number: int) -> Iterator[Teams]:
        if number == len(seats):
            yield {name: sorted(team) for name, team in teams.items()}
            return
        inspection, need = seats[number]
        for each in roster.officers:
            if (
                each.department == need.department
                and set(need.skills) <= set(each.skills)
                and each.id not in teams[inspection]
                and (each.id, inspection) not in roster.recusals
                and (each.capacity is None or loads[each.id] < each.capacity)
            ):
                teams[inspection].append(each.id)
                loads[each.id] += 1
                yield from fill(number + 1)
                loads[each.id] -= 1
                teams[inspection].pop()

    return fill(0)


def _loads(roster: AssignmentInput, teams: Teams) -> dict[str, int]:
    counts = Counter(each for team in teams.values() for each in team)
    return {officer.id: counts[officer.id] for officer in roster.officers}


def _vectors(roster: AssignmentInput, loads: dict[str, int]) -> list[list[int]]:
    names = sorted({officer.department for officer in roster.officers})
    return [
        sorted(loads[each.id] for each in roster.officers if each.department == name)
        for name in names
    ]


def _output(roster: AssignmentInput, teams: Teams) -> dict[str, Any]:
    departments = {officer.id: officer.department for officer in roster.officers}
    loads = _loads(roster, teams)
    return {
        "assignments": [
            {
                "inspection": name,
                "officers": [{"id": each, "department": departments[each]} for each in team],
            }
            for name, team in teams.items()
        ],
        "loads": loads,
        "certificate": {"levels": levels(roster, teams, loads)},
    }


@settings(deadline=None, max_examples=150)
@given(small_inputs(), st.binary(min_size=32, max_size=32))
def test_an_output_is_right_and_as_even_as_can_be_or_none_exists(
    value: dict[str, Any], seed: bytes
) -> None:
    """Brute force agrees on feasibility, on rule 1 and on the best sorted loads."""
    roster = input_of(value)
    possible = list(_all_teams(roster))
    if not possible:
        with pytest.raises(DomainError, match="assignment-infeasible"):
            assign(roster, seed)
        return
    output = assign(roster, seed)
    check_assignment(roster, output)
    check_fairness(roster, output)
    best = [
        max(each)
        for each in zip(*(_vectors(roster, _loads(roster, t)) for t in possible), strict=True)
    ]
    assert _vectors(roster, output["loads"]) == best


@settings(deadline=None, max_examples=40)
@given(small_inputs())
def test_the_certificate_tells_fair_from_unfair(value: dict[str, Any]) -> None:
    """Over all assignments of an input: levels exist exactly for those with the best loads."""
    roster = input_of(value)
    every = {repr(teams): teams for teams in _all_teams(roster)}.values()
    best = max((_vectors(roster, _loads(roster, teams)) for teams in every), default=[])
    for teams in list(every)[:60]:
        output = _output(roster, teams)
        check_assignment(roster, output)
        if _vectors(roster, _loads(roster, teams)) == best:
            check_fairness(roster, output)
        else:
            for proof in (output["certificate"]["levels"], output["loads"]):
                with pytest.raises(DomainError, match="assignment-not-fair"):
                    check_fairness(roster, {**output, "certificate": {"levels": proof}})


@settings(deadline=None, max_examples=50)
@given(small_inputs(), st.randoms(use_true_random=False))
def test_the_order_of_the_lists_changes_nothing(value: dict[str, Any], chance: Any) -> None:  # noqa: ANN401 - random.Random
    """Shuffle every list of the input: the same hash, the same output or refusal."""
    shuffled = copy.deepcopy(value)
    for each in (*shuffled["inspections"], *shuffled["officers"]):
        chance.shuffle(each.get("needs", each.get("skills")))
    for name in ("inspections", "officers", "recusals"):
        chance.shuffle(shuffled[name])
    one, other = input_of(value), input_of(shuffled)
    assert one.digest() == other.digest()
    assert _result(one) == _result(other)


def _result(roster: AssignmentInput) -> bytes | str:
    try:
        return canon(assign(roster, bytes(32)))
    except DomainError as error:
        return error.detail


def test_equals_have_equal_chances() -> None:
    """Five equal officers, four visits of two, 2,000 seeds: seats, pairs and the odd visits."""
    roster = input_of(
        _input({f"i{n}": [_need("a", 2)] for n in range(4)}, [_officer(c, "a") for c in "vwxyz"])
    )
    seats: Counter[tuple[str, str]] = Counter()
    pairs: Counter[tuple[str, ...]] = Counter()
    for number in range(2000):
        for row in assign(roster, number.to_bytes(32, "big"))["assignments"]:
            team = tuple(sorted(each["id"] for each in row["officers"]))
            pairs[team] += 1
            seats.update((row["inspection"], each) for each in team)
    # Expected 800 each with a deviation below 26; five of them are never reached by chance.
    assert len(seats) == 20
    assert len(pairs) == 10
    assert all(abs(count - 800) < 130 for count in (*seats.values(), *pairs.values()))


def test_an_officer_changes_places_within_an_inspection() -> None:
    """The one with both skills must give way to the need that nobody else fills."""
    needs = [_need("a", 1), _need("a", 1, "x"), _need("a", 1, "y")]
    officers = [_officer("o1", "a", "x", "y"), _officer("o2", "a", "x"), _officer("o3", "a")]
    roster = input_of(_input({"i": needs}, officers))
    for number in range(20):
        output = assign(roster, number.to_bytes(32, "big"))
        check_assignment(roster, output)
        assert output["loads"] == {"o1": 1, "o2": 1, "o3": 1}


TWO = {"i1": [_need("a", 1, "x"), _need("b", 1)], "i2": [_need("a", 1, "x"), _need("b", 1)]}


@pytest.mark.parametrize(
    ("officers", "recusals", "named", "missing"),
    [
        ([_officer("o1", "a"), _officer("o2", "b")], [], "i1 ×1 [x];", "skill"),
        ([_officer("o1", "a", "x", capacity=1), _officer("o2", "b")], [], "i1 ×1 [x]; i2 ×1 [x];", "capacity"),
        ([_officer("o1", "a", "x"), _officer("o2", "b")], [["o1", "i2"]], "i2 ×1 [x];", "recusal"),
        ([_officer("o1", "a", "x")], [], "i1 ×1;", "officer"),
    ],
)  # fmt: skip
def test_an_impossible_input_is_refused_with_what_is_missing(
    officers: list[dict[str, Any]], recusals: list[list[str]], named: str, missing: str
) -> None:
    """A smallest group of needs, and what a person could change."""
    roster = input_of(_input(TWO, officers, recusals))
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


PLAIN = _input(
    {"i1": [_need("a", 2)], "i2": [_need("a", 2)]},
    [_officer(name, "a", "x", capacity=2) for name in ("o1", "o2", "o3")],
    [["o1", "i2"]],
)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"alg": "other"}, "assignment-input-invalid"),
        ({"extra": []}, "assignment-input-invalid"),
        ({"officers": [{}]}, "assignment-input-invalid"),
        ({"officers": [_officer("张三", "a")]}, "assignment-input-invalid"),
        ({"officers": [_officer("o1", "a", capacity=-1)]}, "assignment-input-invalid"),
        ({"officers": [_officer("o1", "a", "x", "x")]}, "duplicate-id"),
        ({"officers": [_officer("o1", "a")] * 2}, "duplicate-id"),
        ({"inspections": [{"id": "i1", "needs": [_need("a", 0)]}]}, "assignment-input-invalid"),
        ({"inspections": [{"id": "i1", "needs": [_need("a", 1)]}]}, "fewer-than-two-officers"),
        ({"inspections": PLAIN["inspections"][:1] * 2}, "duplicate-id"),
        ({"recusals": [["o1"]]}, "assignment-input-invalid"),
        ({"recusals": [["o9", "i1"]]}, "assignment-input-invalid"),
        ({"recusals": [["o1", "i1"]] * 2}, "duplicate-id"),
        ({"recusals": [["o1", "e\u0301"]]}, "not-canonical"),
    ],
)
def test_a_malformed_input_is_refused(change: dict[str, Any], code: str) -> None:
    """Each with its code, before anything is committed."""
    with pytest.raises(DomainError) as caught:
        input_of({**PLAIN, **change})
    assert caught.value.code == code


def _change(output: dict[str, Any], path: list[Any], value: object) -> dict[str, Any]:
    changed = copy.deepcopy(output)
    holder: Any = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["assignments"], []),
        (["assignments", 0, "inspection"], "i2"),
        (["assignments", 0, "officers", 0], {"id": "o9", "department": "a"}),
        (["assignments", 0, "officers", 0, "department"], "b"),
        (["assignments", 0, "officers"], [{"id": "o1", "department": "a"}] * 2),
        (["assignments", 0, "officers"], [{"id": "o1", "department": "a"}]),
        (["assignments", 1, "officers", 0, "id"], "o1"),
        (["loads", "o1"], 0),
    ],
)
def test_an_output_that_breaks_rule_1_is_refused(path: list[Any], value: object) -> None:
    """Without the seed, from input and output alone."""
    roster = input_of(PLAIN)
    output = assign(roster, bytes(32))
    with pytest.raises(DomainError, match="assignment-breaks-rule"):
        check_assignment(roster, _change(output, path, value))


def test_a_capacity_is_kept() -> None:
    """The same output under a smaller capacity breaks the rule."""
    output = assign(input_of(PLAIN), bytes(32))
    busy = max(output["loads"], key=lambda each: output["loads"][each])
    officers = [{**row, "capacity": 1 if row["id"] == busy else 2} for row in PLAIN["officers"]]
    with pytest.raises(DomainError, match="above the capacity"):
        check_assignment(input_of({**PLAIN, "officers": officers}), output)


NONCE = b"\x05" * 32


def _bundle() -> dict[str, Any]:
    secret, public = vrf.keypair(b"\x09" * 32)
    sources = (
        Witness(who="示例", commit=witness_commit(NONCE).hex()),
        beacons.drand("quicknet", 1),
    )
    roster = input_of(PLAIN)
    commitment = commit_assignment(
        draw_id="示例.officers.1", roster=roster, sources=sources, vrf_key=public
    )
    entropy = [{"nonce": NONCE.hex()}, beacons.revealed("quicknet", 1)]
    alpha = alpha_of(commitment.digest(), all_randomness(sources, entropy))
    pi, beta = vrf.prove(secret, alpha)
    return build_assignment_bundle(
        commitment=commitment, roster=roster, entropy=entropy, pi=pi, beta=beta
    )


BUNDLE = _bundle()
MEANS = Means(vrf=vrf.verify, drand=drand.check)


def test_a_bundle_of_an_assignment_passes_every_step() -> None:
    """Only the record of the commitment is not part of the bundle."""
    verification = verify_assignment_bundle(BUNDLE, MEANS)
    assert [s.name for s in verification.steps if s.result != "passed"] == ["commitment"]


@pytest.mark.parametrize(
    ("path", "value", "step"),
    [
        (["alg"], "other", "shape"),
        (["commitment", "alg"], "other", "shape"),
        (["input", "officers"], BUNDLE["input"]["officers"][::-1], "shape"),
        (["input", "officers", 0, "skills"], [], "input"),
        (["entropy", 0, "nonce"], "00" * 32, "entropy"),
        (["vrf_proof"], "00" * 80, "vrf_proof"),
        (["commitment", "draw_id"], "other", "vrf_proof"),
        (["seed"], "00" * 32, "seed"),
        (["output", "loads", "o1"], 9, "rule"),
        (["output", "certificate"], {}, "fairness"),
        (["output", "certificate", "levels", "o1"], 9, "fairness"),
        (["output", "assignments", 0, "officers"], BUNDLE["output"]["assignments"][0]["officers"][::-1], "output"),
    ],
)  # fmt: skip
def test_a_changed_assignment_bundle_names_its_step(
    path: list[Any], value: object, step: str
) -> None:
    """The first step that differs."""
    failure = verify_assignment_bundle(_change(BUNDLE, path, value), MEANS).first_failure
    assert failure is not None
    assert failure.name == step


def test_a_county_is_assigned_in_seconds() -> None:
    """300 inspections, 60 officers, skills and recusals: right, fair, and quick enough to wait."""
    chance = random.Random(1)  # noqa: S311 - any large input will do
    officers = [
        _officer(f"o{n}", "ab"[n % 2], *(["x"] if chance.random() < 0.3 else [])) for n in range(60)
    ]
    inspections = {
        f"i{n}": [_need("a", 2, *(["x"] if n % 3 == 0 else [])), _need("b", 2)] for n in range(300)
    }
    recusals = [[f"o{chance.randrange(60)}", f"i{n}"] for n in range(300)]
    roster = input_of(_input(inspections, officers, recusals))
    output = assign(roster, bytes(32))
    check_assignment(roster, output)
    check_fairness(roster, output)
