"""Have officers of identical eligibility identical chances? Ten inputs, and how what their seeds gave is tested.

Officers of equal department, skills, capacity and recusals are a *class*. What an assignment gives its m members is a vector (of
places at an inspection, of loads) or a symmetric matrix (of pairs sitting together). If the members can be exchanged, then
in each direction that the symmetric group turns into one another the variance is the same, and is estimated from the
seeds themselves. docs/statistics.md derives the scores; `_chance.py` has those of draws, where the variances are known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from domain.lottery.assignment import assign
from domain.lottery.assignment_input import ALG, EXPERTS, AssignmentInput, input_of
from mingqian.bench._chance import Finding, Score

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from domain.lottery.assignment_input import Inspection

Teams = dict[str, list[str]]
"""The officers of each inspection."""
Assigner = Callable[[AssignmentInput, bytes], Teams]
Counts = NDArray[np.float64]

ALL = "all visits"
LEAST_FOR_PAIRS = 4  # two can be together while two others are
LEAST_SEEDS = 100  # that leave something to chance; fewer tell nothing
NOTHING = 1e-9  # what rounding leaves of nothing
ONE, OTHER = "教育局", "市监局"
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Roster:
    """An input and its classes of two or more, each the ids of its members in order."""

    name: str
    input: AssignmentInput
    classes: tuple[tuple[str, ...], ...]


def rosters() -> tuple[Roster, ...]:
    """Give the ten inputs, each of another shape."""
    fire, food = "消防", "食品安全"
    return (
        _roster("plain", _visits(4, _need(ONE, 2)), _group(8)),
        _roster("one-extra-visit", _visits(4, _need(ONE, 2)), _group(7)),
        _roster("skills", _visits(4, _need(ONE, 1, fire), _need(ONE, 1)), _group(3, fire) + _group(4)),
        _roster(
            "two-needs-of-one-department",
            _visits(4, _need(ONE, 1, fire), _need(ONE, 1, food)),
            _group(3, fire) + _group(3, food) + _group(5, fire, food),
        ),
        _roster(
            "recusals", _visits(5, _need(ONE, 2)), _group(4, recused=(0,)) + _group(4, recused=(0, 1)) + _group(4)
        ),
        _roster("capacities", _visits(7, _need(ONE, 2)), _group(5, capacity=1) + _group(4)),
        _roster(
            "experts",
            _visits(5, _need(ONE, 2), _need(OTHER, 1), _need(EXPERTS, 1, food)),
            _group(6) + _group(4, department=OTHER) + _group(4, food, department=EXPERTS),
        ),
        _roster(
            "chains",
            [*_visits(4, _need(ONE, 2)), *_visits(4, _need(ONE, 2, fire), first=4)],
            _group(5, fire, capacity=2) + _group(4, capacity=2),
        ),
        _roster("teams-of-three", _visits(7, _need(ONE, 3)), _group(10)),
        _roster(
            "all-at-once",
            [*_visits(3, _need(ONE, 2), _need(ONE, 1, fire)), *_visits(3, _need(ONE, 1), _need(OTHER, 2), first=3)],
            [
                *_group(4, fire, capacity=1, recused=(2,)),
                *_group(5, fire, recused=(0, 4)),
                *_group(4, recused=(1, 2)),
                *_group(5, department=OTHER),
            ],
        ),
    )  # fmt: skip


def _need(department: str, count: int, *skills: str) -> Row:
    return {"department": department, "count": count, "skills": list(skills)}


def _visits(count: int, *needs: Row, first: int = 0) -> list[Row]:
    return [{"id": f"visit-{first + number}", "needs": list(needs)} for number in range(count)]


def _group(
    size: int,
    *skills: str,
    department: str = ONE,
    capacity: int | None = None,
    recused: Sequence[int] = (),
) -> list[Row]:
    officer = {"department": department, "skills": list(skills), "capacity": capacity}
    return [{**officer, "recused": recused} for _ in range(size)]


def _roster(name: str, visits: list[Row], officers: list[Row]) -> Roster:
    """Number the officers so that the members of a class stand apart from one another."""
    step = next(each for each in (7, 5, 3, 2, 1) if len(officers) % each)
    recusals, rows = [], []
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for number, officer in enumerate(officers):
        identifier = f"officer-{number * step % len(officers):02}"
        groups[repr(officer)].append(identifier)
        rows.append(
            {"id": identifier, **{key: officer[key] for key in officer if key != "recused"}}
        )
        recusals += [[identifier, f"visit-{each}"] for each in officer["recused"]]
    value = {"alg": ALG, "inspections": visits, "officers": rows, "recusals": recusals}
    classes = tuple(tuple(sorted(each)) for each in groups.values())
    return Roster(name=name, input=input_of(value), classes=classes)


def by_lot(roster: AssignmentInput, seed: bytes) -> Teams:
    """Assign as the program does."""
    rows = assign(roster, seed)["assignments"]
    return {row["inspection"]: [each["id"] for each in row["officers"]] for row in rows}


def in_rotation(roster: AssignmentInput, seed: bytes) -> Teams:
    """Deal the sorted list in turn from a start by lot: all have the same chance of everything, but for their company."""
    return _dealt(roster, roster.inspections, int.from_bytes(seed))


def to_the_smaller_id(roster: AssignmentInput, seed: bytes) -> Teams:
    """Draw lots for the visits, and let the least loaded go, of equals the smaller id."""
    order = sorted(roster.inspections, key=lambda each: sha256(seed + each.id.encode()).digest())
    return _dealt(roster, order, 0)


def another_chance(roster: AssignmentInput, seed: bytes) -> Teams:
    """Draw once more, and only once, when the first officer was to go to the first visit."""
    teams = by_lot(roster, seed)
    again = roster.officers[0].id in teams[roster.inspections[0].id]
    return by_lot(roster, sha256(seed).digest()) if again else teams


BIASED: tuple[Assigner, ...] = (in_rotation, to_the_smaller_id, another_chance)


def _dealt(roster: AssignmentInput, order: Iterable[Inspection], start: int) -> Teams:
    officers = roster.officers[start % len(roster.officers) :] + roster.officers
    deck = cycle(officers[: len(roster.officers)])
    return {
        each.id: [officer.id for officer in islice(deck, sum(need.count for need in each.needs))]
        for each in order
    }


def examine_crews(
    roster: Roster, seeds: Iterable[bytes], assigner: Assigner = by_lot
) -> list[Finding]:
    """Assign by every seed and test what each class got."""
    columns = {officer.id: number for number, officer in enumerate(roster.input.officers)}
    drawn = (assigner(roster.input, seed) for seed in seeds)
    seats = np.array([_marks(roster.input, teams, columns) for teams in drawn])
    return [
        Finding(
            configuration=roster.name,
            statistic=statistic,
            part=f"{members[0]} … ×{len(members)}, {part}",
            p_value=score.p_value,
        )
        for members in roster.classes
        for statistic, part, score in _scores(
            seats[:, :, [columns[each] for each in members]], roster.input
        )
        if score
    ]


def _marks(roster: AssignmentInput, teams: Teams, columns: Mapping[str, int]) -> Counts:
    marks = np.zeros((len(roster.inspections), len(columns)))
    for mark, inspection in zip(marks, roster.inspections, strict=True):
        mark[[columns[each] for each in teams[inspection.id]]] = 1
    return marks


def _scores(seats: Counts, roster: AssignmentInput) -> Iterator[tuple[str, str, Score | None]]:
    """Score what a class got; `seats` says by seed, inspection and member who sat there."""
    together = np.einsum("sia,sib->sab", seats, seats) * _off_diagonal(seats.shape[2])
    yield "load", ALL, singles(seats.sum(axis=1))
    yield "company", ALL, singles(together.sum(axis=2))
    yield "together", ALL, pairs(together)
    for number, inspection in enumerate(roster.inspections):
        here = seats[:, number]
        yield "place", inspection.id, singles(here)
        yield "pair", inspection.id, pairs(here[:, :, None] * here[:, None, :])


def singles(counts: Counts) -> Score | None:
    """Score how evenly the m members got what `counts` says by seed and member; m - 1 degrees of freedom."""
    return _score(counts - counts.mean(axis=1, keepdims=True), counts.shape[1] - 1)


def pairs(counts: Counts) -> Score | None:
    """Score how evenly their pairs did, beyond what single members explain; m(m - 3)/2 degrees, so m is 4 or more."""
    m = counts.shape[1]
    if m < LEAST_FOR_PAIRS:
        return None
    off = _off_diagonal(m)
    sums = (counts * off).sum(axis=2)
    mean = sums.sum(axis=1, keepdims=True) / (m * (m - 1))
    own = (sums - (m - 1) * mean) / (m - 2)
    excess = (counts - mean[:, :, None] - own[:, :, None] - own[:, None, :]) * off
    return _score(excess.reshape(len(counts), -1), m * (m - 3) // 2)


def _off_diagonal(size: int) -> Counts:
    return 1 - np.eye(size)


def _score(excess: Counts, freedom: int) -> Score | None:
    """Hold the square of the sum over all seeds against the sum of their squares; None: nothing was left to chance."""
    squares = np.square(excess).sum(axis=1)
    if np.count_nonzero(squares > NOTHING) < LEAST_SEEDS:
        return None
    total = np.square(excess.sum(axis=0)).sum()
    return Score(value=float(freedom * total / squares.sum()), freedom=freedom)
