"""Kinds of change that break the proof bundle of an officers' draw, by name; as in `tests.audit.verifier.mutations`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.audit.verifier.mutations import flip_field, pick, remove, swap

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tests.audit.verifier.mutations import Bundle, Tree

TREE: dict[str, Tree] = {}


def _tree(change: Tree) -> Tree:
    TREE[change.__name__.replace("_", "-")] = change
    return change


def _officers(bundle: Bundle, rng: Random) -> list[dict[str, Any]]:
    """Choose a team of the output."""
    rows: list[dict[str, Any]] = rng.choice(bundle["output"]["assignments"])["officers"]
    return rows


def _count_again(bundle: Bundle) -> bool:
    """Let the loads fit the teams, so that they give nothing away."""
    output = bundle["output"]
    teams = [each["id"] for row in output["assignments"] for each in row["officers"]]
    output["loads"] = {officer: teams.count(officer) for officer in output["loads"]}
    return True


# ---- input -----------------------------------------------------------------------------------


def _swap_in(rows_of: Callable[[Bundle, Random], list[Any]]) -> Tree:
    return lambda bundle, rng: swap(rows_of(bundle, rng), rng)


def _needs(bundle: Bundle, rng: Random) -> list[Any]:
    needs: list[Any] = rng.choice(bundle["input"]["inspections"])["needs"]
    return needs


TREE["inspections-swapped"] = _swap_in(lambda bundle, _: bundle["input"]["inspections"])
TREE["officers-swapped"] = _swap_in(lambda bundle, _: bundle["input"]["officers"])
TREE["recusals-swapped"] = _swap_in(lambda bundle, _: bundle["input"]["recusals"])
TREE["needs-swapped"] = _swap_in(_needs)
TREE["skills-swapped"] = _swap_in(lambda b, rng: rng.choice(b["input"]["officers"])["skills"])
TREE["flip-input"] = flip_field("commitment", "input")


def _remove_from(name: str) -> Tree:
    return lambda bundle, rng: remove(bundle["input"][name], rng)


TREE["inspection-removed"] = _remove_from("inspections")
TREE["officer-removed"] = _remove_from("officers")
TREE["recusal-removed"] = _remove_from("recusals")


def _twice(name: str) -> Tree:
    def change(bundle: Bundle, rng: Random) -> bool:
        rows = bundle["input"][name]
        if rows:
            at = rng.randrange(len(rows))
            rows.insert(at, rows[at])
        return bool(rows)

    return change


TREE["inspection-twice"] = _twice("inspections")
TREE["officer-twice"] = _twice("officers")
TREE["recusal-twice"] = _twice("recusals")


@_tree
def recusal_added(bundle: Bundle, rng: Random) -> bool:
    """A recusal that was not committed to, in its place."""
    given = bundle["input"]
    pair = [rng.choice(given["officers"])["id"], rng.choice(given["inspections"])["id"]]
    if pair in given["recusals"]:
        return False
    given["recusals"].append(pair)
    given["recusals"].sort(key=lambda pair: [each.encode() for each in pair])
    return True


@_tree
def recusal_of_nobody(bundle: Bundle, rng: Random) -> bool:
    """A recusal that names what is not there."""
    given = bundle["input"]
    officer, inspection = given["officers"][-1]["id"], given["inspections"][-1]["id"]
    wrong = rng.choice([[officer, "\U0010fffd"], ["~", inspection]])
    given["recusals"].append(wrong)
    return True


@_tree
def recusal_of_three(bundle: Bundle, rng: Random) -> bool:
    """No pair."""
    row = pick(rng, bundle["input"]["recusals"])
    if row:
        row.append(row[1])
    return row is not None


@_tree
def skill_twice(bundle: Bundle, rng: Random) -> bool:
    """The same skill again."""
    row = pick(rng, bundle["input"]["officers"], lambda row: row["skills"])
    if row:
        row["skills"].append(row["skills"][-1])
    return row is not None


@_tree
def skill_added(bundle: Bundle, rng: Random) -> bool:
    """Another skill than was committed to, of an officer or of a need."""
    rows = [*bundle["input"]["officers"], *_needs(bundle, rng)[-1:]]
    rng.choice(rows)["skills"].append("\U0010fffd")
    return True


@_tree
def capacity_edited(bundle: Bundle, rng: Random) -> bool:
    """Another capacity than was committed to."""
    row = rng.choice(bundle["input"]["officers"])
    row["capacity"] = rng.choice([-1, 7, "1", row["capacity"] is None])
    return True


@_tree
def need_of_nobody(bundle: Bundle, rng: Random) -> bool:
    """A need of no officers, or of very many."""
    rng.choice(_needs(bundle, rng))["count"] = rng.choice([0, -2, 2**53 - 1, 1000])
    return True


@_tree
def one_officer_alone(bundle: Bundle, rng: Random) -> bool:
    """An inspection by one officer and two experts."""
    row = rng.choice(bundle["input"]["inspections"])
    row["needs"] = [{**row["needs"][0], "count": 1, "department": "Z"}]
    row["needs"].append({**row["needs"][0], "count": 2, "department": "experts"})
    return True


@_tree
def inspection_without_needs(bundle: Bundle, rng: Random) -> bool:
    """An inspection that nobody goes to."""
    _needs(bundle, rng).clear()
    return True


@_tree
def officer_id_not_ascii(bundle: Bundle, rng: Random) -> bool:
    """An id that could not be a key."""
    bundle["input"]["officers"][-1]["id"] = "张"
    return True


@_tree
def input_of_other_algorithm(bundle: Bundle, rng: Random) -> bool:
    """Commitment or input name another algorithm than the bundle."""
    bundle[rng.choice(["commitment", "input"])]["alg"] = "mingqian-draw-v1"
    return True


# ---- teams and loads -------------------------------------------------------------------------


@_tree
def visit_handed_on(bundle: Bundle, rng: Random) -> bool:
    """Another officer of the department goes, whether fit for it or not; the loads are counted again."""
    team = _officers(bundle, rng)
    place, names = rng.randrange(len(team)), [each["id"] for each in team]
    department = team[place]["department"]
    other = pick(
        rng,
        bundle["input"]["officers"],
        lambda row: row["department"] == department and row["id"] not in names,
    )
    if not other:
        return False
    team[place] = {"department": department, "id": other["id"]}
    return _count_again(bundle)


@_tree
def visits_traded(bundle: Bundle, rng: Random) -> bool:
    """Two officers trade visits, so that all loads stay as they were."""
    teams = [row["officers"] for row in bundle["output"]["assignments"]]
    seats = [(team, place) for team in teams for place in range(len(team))]
    (first, i), (second, j) = rng.choice(seats), rng.choice(seats)
    if first is second or first[i] == second[j] or first[i] in second or second[j] in first:
        return False
    first[i], second[j] = second[j], first[i]
    return True


@_tree
def leader_changed(bundle: Bundle, rng: Random) -> bool:
    """The same team in another order."""
    return swap(_officers(bundle, rng), rng)


@_tree
def officer_left_out(bundle: Bundle, rng: Random) -> bool:
    """A seat that stays empty."""
    return remove(_officers(bundle, rng), rng) and _count_again(bundle)


@_tree
def officer_twice_in_a_team(bundle: Bundle, rng: Random) -> bool:
    """One officer on two seats."""
    team = _officers(bundle, rng)
    team[0] = dict(team[-1])
    return len(team) > 1 and _count_again(bundle)


@_tree
def officer_from_elsewhere(bundle: Bundle, rng: Random) -> bool:
    """A stranger, or one under the name of another department."""
    rng.choice(_officers(bundle, rng)).update(rng.choice([{"id": "stranger"}, {"department": "X"}]))
    return True


@_tree
def teams_swapped(bundle: Bundle, rng: Random) -> bool:
    """Results out of order."""
    return swap(bundle["output"]["assignments"], rng)


@_tree
def team_removed(bundle: Bundle, rng: Random) -> bool:
    """An inspection without a result."""
    return remove(bundle["output"]["assignments"], rng) and _count_again(bundle)


@_tree
def team_twice(bundle: Bundle, rng: Random) -> bool:
    """More results than inspections."""
    bundle["output"]["assignments"].append(bundle["output"]["assignments"][-1])
    return True


@_tree
def load_off_by_one(bundle: Bundle, rng: Random) -> bool:
    """A visit that is not counted, or one too many."""
    loads = bundle["output"]["loads"]
    loads[rng.choice(sorted(loads))] += rng.choice([-1, 1])
    return True


# ---- certificate -----------------------------------------------------------------------------


def _levels(change: Callable[[int], object]) -> Tree:
    def mutation(bundle: Bundle, rng: Random) -> bool:
        levels = bundle["output"]["certificate"]["levels"]
        officer = rng.choice(sorted(levels))
        levels[officer] = change(levels[officer])
        return True

    return mutation


TREE["level-raised"] = _levels(lambda level: level + 1)
TREE["level-lowered"] = _levels(lambda level: level - 1)
TREE["level-far-off"] = _levels(lambda _: 2**53 - 1)
TREE["level-of-text"] = _levels(str)


@_tree
def all_levels_lowered(bundle: Bundle, rng: Random) -> bool:
    """Levels that fit one another, but not the loads or the greatest levels."""
    certificate = bundle["output"]["certificate"]
    certificate["levels"] = {
        officer: max(level - 1, 0) for officer, level in certificate["levels"].items()
    }
    return any(certificate["levels"].values())


@_tree
def level_removed(bundle: Bundle, rng: Random) -> bool:
    """An officer without a level."""
    levels = bundle["output"]["certificate"]["levels"]
    del levels[rng.choice(sorted(levels))]
    return True


@_tree
def level_of_a_stranger(bundle: Bundle, rng: Random) -> bool:
    """More levels than officers."""
    bundle["output"]["certificate"]["levels"]["stranger"] = 1
    return True


@_tree
def certificate_no_object(bundle: Bundle, rng: Random) -> bool:
    """A certificate that certifies nothing."""
    wrong: Any = rng.choice([None, [], "fair", {}, {"levels": None}, {"levels": []}, {"levels": 1}])
    bundle["output"]["certificate"] = wrong
    return True


@_tree
def output_no_object(bundle: Bundle, rng: Random) -> bool:
    """An output that is none."""
    bundle["output"] = rng.choice([None, [], "output", 0])
    return True


@_tree
def nested_deep_in_the_output(bundle: Bundle, rng: Random) -> bool:
    """64 levels, or a few more: the model allows the first, the format neither."""
    value: Any = 1
    for _ in range(rng.choice([60, 61, 62, 70])):
        value = [value]
    bundle["output"][rng.choice(["assignments", "loads", "certificate"])] = value
    return True
