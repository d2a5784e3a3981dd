"""Draws of officers and the stand-alone verifier in Python: known answers, unfair draws, hostile files, what it says."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from domain.lottery.assignment_input import input_of
from tests.audit.verifier.assignments import bundle_of, mutated_assignments, program_verdict
from tests.audit.verifier.bundles import rng_for
from tests.audit.verifier.conftest import load_verifier, run, vectors

if TYPE_CHECKING:
    from pathlib import Path

verifier = load_verifier()
CASES = vectors("assign_v1.json")["cases"]
STEPS = [
    "shape", "commitment", "input", "entropy", "vrf_proof", "seed", "rule", "fairness", "output",
]  # fmt: skip
COUNTY = {
    "alg": "mingqian-assign-v1",
    "inspections": [
        {
            "id": f"visit:{number}",
            "needs": [
                {"department": "教育局", "count": 2, "skills": []},
                {"department": "experts", "count": 1, "skills": ["消防"]},
            ],
        }
        for number in range(3)
    ],
    "officers": [
        *[
            {"id": f"o{number}", "department": "教育局", "skills": [], "capacity": None}
            for number in range(4)
        ],
        {"id": "x0", "department": "experts", "skills": ["消防"], "capacity": 3},
        {"id": "x1", "department": "experts", "skills": ["食品"], "capacity": None},
    ],
    "recusals": [["o0", "visit:1"]],
}
BUNDLE = bundle_of(input_of(COUNTY), rng_for("a county"))


def draw_of(given: dict[str, Any], seed: str, output: object) -> Any:  # noqa: ANN401 - of the verifier
    """Let the verifier read an input, as if all before the rule had passed."""
    draw = verifier.OfficerDraw(verifier.Text("", {"output": output}, []), None, bls=False)
    verifier.shape_inspections(draw.roster, given["inspections"])
    verifier.shape_officers(draw.roster, given["officers"])
    verifier.shape_recusals(draw.roster, given["recusals"])
    draw.seed = bytes.fromhex(seed)
    return draw


def failed(steps: list[Any]) -> str | None:
    """Give the step that failed."""
    assert [step.name for step in steps] == STEPS
    return next((step.name for step in steps if step.result == "failed"), None)


# ---- known answers ---------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_published_example_is_recomputed(case: dict[str, Any]) -> None:
    """Its output keeps the rule, is fair and follows from the seed; what is impossible has none."""
    given = input_of(case["input"]).to_json()
    draw = draw_of(given, case["seed"], case.get("output"))
    assert verifier.sha256(verifier.canonical(given)).hex() == case["input_hash"]
    if "error" in case:
        with pytest.raises(verifier.Broken, match="cannot be met"):
            verifier.assign(draw)
    else:
        for check in (verifier.check_teams, verifier.check_fairness, verifier.check_output):
            assert check(draw)[0] == "passed"


def test_every_step_of_a_bundle_passes_with_the_commitment_on_record() -> None:
    """All nine."""
    record = verifier.sha256(verifier.canonical(BUNDLE["commitment"])).hex()
    steps = verifier.check(json.dumps(BUNDLE).encode(), record)
    assert [(step.name, step.result) for step in steps] == [(name, "passed") for name in STEPS]
    assert failed(verifier.check(json.dumps(BUNDLE).encode(), "00" * 32)) == "commitment"


def test_the_file_and_the_program_name_the_same_step_for_every_kind_of_change() -> None:
    """None is accepted."""
    told = [
        (kind, program_verdict(data), failed(verifier.check(data, bls=False)))
        for kind, data in mutated_assignments(200, seed=2026)
    ]
    assert [each for each in told if each[1] is None or each[1] != each[2]] == []


def test_no_certificate_makes_uneven_loads_fair() -> None:
    """Two of three equals go twice, one never: whatever the levels, a condition is broken."""
    bundle = deepcopy(BUNDLE)
    output = bundle["output"]
    for row in output["assignments"]:
        pair = ("o1", "o2") if row["inspection"] != "visit:2" else ("o2", "o3")
        row["officers"] = [{"department": "教育局", "id": one} for one in pair]
        row["officers"].append({"department": "experts", "id": "x0"})
    output["loads"] = {"o0": 0, "o1": 2, "o2": 3, "o3": 1, "x0": 3, "x1": 0}
    for number in range(4**4):
        levels = {f"o{place}": number // 4**place % 4 for place in range(4)}
        output["certificate"]["levels"] = {**levels, "x0": 3, "x1": 0}
        draw = draw_of(bundle["input"], "00" * 32, output)
        verifier.check_teams(draw)
        with pytest.raises(verifier.Broken):
            verifier.check_fairness(draw)


# ---- hostile files ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rest",
    [
        b"",
        b', "output": ' + b"[" * 200_000 + b"]" * 200_000,
        b', "input": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b', "input": ' + b"9" * 200_000,
        b', "output": NaN',
        b', "output": "\\ud800"',
        b', "output": {"a": 1, "a": 1}',
    ],
    ids=lambda rest: rest[:24].decode("latin-1"),
)
def test_a_bundle_outside_the_model_fails_at_shape(rest: bytes) -> None:
    """Deep, huge, doubled or not an integer: judged, never a crash."""
    assert failed(verifier.check(b'{"alg": "mingqian-assign-v1"' + rest + b"}")) == "shape"


def test_any_value_in_any_place_is_judged_without_a_crash() -> None:
    """Each place of a bundle in turn holds what does not belong there."""
    values: list[Any] = [None, True, -1, 2**53 - 1, "x", [], {}, [[]], {"": []}, ["x", "x"]]
    for wrong in values:
        for path in places(BUNDLE):
            bundle = deepcopy(BUNDLE)
            holder: Any = bundle
            for key in path[:-1]:
                holder = holder[key]
            holder[path[-1]] = wrong
            if path != ("alg",) and bundle != BUNDLE:
                assert failed(verifier.check(json.dumps(bundle).encode()))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401 - JSON
    """Give the paths to all values; of lists only to the first two."""
    keys: list[Any] = list(value) if isinstance(value, dict) else []
    if isinstance(value, list):
        keys = list(range(min(len(value), 2)))
    return [at for key in keys for at in [(*path, key), *places(value[key], (*path, key))]]


def test_a_need_of_very_many_is_no_work_and_a_team_of_many_no_stack() -> None:
    """Counts are compared before anybody is seated, and nothing calls itself."""
    many = 3000
    given: dict[str, Any] = {
        "inspections": [{"id": "v", "needs": [{"department": "a", "count": many, "skills": []}]}],
        "officers": [
            {"id": f"o{number:04}", "department": "a", "skills": [], "capacity": None}
            for number in range(many)
        ],
        "recusals": [],
    }
    names = [{"department": "a", "id": each["id"]} for each in given["officers"]]
    output = {
        "assignments": [{"inspection": "v", "officers": names}],
        "loads": {each["id"]: 1 for each in names},
        "certificate": {},
    }
    assert verifier.check_teams(draw_of(given, "00", output))[0] == "passed"
    given["inspections"][0]["needs"][0]["count"] = 2**53 - 1
    with pytest.raises(verifier.Broken, match="does not meet the needs exactly"):
        verifier.check_teams(draw_of(given, "00", output))


# ---- the command line ------------------------------------------------------------------------


def written(folder: Path, bundle: object) -> str:
    """Write a bundle to a file."""
    path = folder / "bundle.json"
    path.write_text(json.dumps(bundle), "utf-8")
    return str(path)


def test_a_whole_bundle_says_how_often_the_officers_go(tmp_path: Path) -> None:
    """Nine steps, the certificate in words, the loads of each department, without any package."""
    done = run(written(tmp_path, BUNDLE), "--no-bls", alone=True)
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split(":")[0].strip() for line in lines[1:18:2]] == STEPS
    assert "均衡证书成立" in done.stdout
    assert "the certificate holds" in done.stdout
    assert "  'experts'：2 人，每人 0–3 次（0 次 × 1 人，3 次 × 1 人）" in lines
    assert "  '教育局'：4 人，每人 1–2 次（1 次 × 2 人，2 次 × 2 人）" in lines


def test_an_inspected_school_reads_why_these_officers_came(tmp_path: Path) -> None:
    """For each need: how many of the department could come, and why the others could not."""
    path = written(tmp_path, BUNDLE)
    found = json.loads(run(path, "--no-bls", "--inspection", "visit:1", "--json").stdout)
    experts, officers = found["inspection"]["needs"]
    counted = ("in_department", "without_skills", "recused", "eligible")
    assert [experts[name] for name in counted] == [2, 1, 0, 1]
    assert [officers[name] for name in counted] == [4, 0, 1, 3]
    team = [each["id"] for each in BUNDLE["output"]["assignments"][1]["officers"]]
    assert found["inspection"]["leader"] == team[0]
    assert [*experts["officers"], *officers["officers"]] == ["x0", *[o for o in team if o != "x0"]]
    said = run(path, "--no-bls", "--inspection", "visit:1").stdout
    assert f"组长 '{team[0]}'" in said
    assert "符合条件 3 人：部门 4 人，缺技能 0 人，应回避 1 人" in said
    assert "不在这次抽取的检查中" in run(path, "--no-bls", "--inspection", "visit:9").stdout


def test_an_officer_reads_where_to_go_and_who_else_could_have_gone(tmp_path: Path) -> None:
    """All visits, each with the number eligible."""
    path = written(tmp_path, BUNDLE)
    for officer, load in BUNDLE["output"]["loads"].items():
        found = json.loads(run(path, "--no-bls", "--officer", officer, "--json").stdout)["officer"]
        teams = BUNDLE["output"]["assignments"]
        went = [t["inspection"] for t in teams if officer in [each["id"] for each in t["officers"]]]
        assert (found["load"], [each["inspection"] for each in found["visits"]]) == (load, went)
        assert all(officer in each["officers"] for each in found["visits"])
    said = run(path, "--no-bls", "--officer", "x0").stdout
    assert "'x0'（'experts'）：检查 3 次，上限 3" in said
    assert "符合条件 1 人" in said
    assert "不在名册中" in run(path, "--no-bls", "--officer", "nobody").stdout


def test_nothing_is_said_of_anybody_where_the_bundle_is_broken(tmp_path: Path) -> None:
    """Status 1, the step that failed, and neither loads nor visits."""
    broken = {**BUNDLE, "seed": "00" * 32}
    done = run(written(tmp_path, broken), "--no-bls", "--officer", "o1")
    assert (done.returncode, done.stderr) == (1, "")
    assert "每人" not in done.stdout
    assert done.stdout.endswith("Verdict: NOT whole, step seed failed.\n")


def test_each_kind_of_bundle_has_look_ups_of_its_own(tmp_path: Path) -> None:
    """What the bundle cannot answer is refused with status 2, not answered with absent."""
    draw = vectors("draw_v1.json")["cases"][0]["bundle"]
    for bundle, option in ((BUNDLE, "--entity"), (draw, "--officer"), (draw, "--inspection")):
        done = run(written(tmp_path, bundle), option, "x", "--json")
        assert (done.returncode, json.loads(done.stdout)["result"]) == (2, "unusable")


def test_hostile_names_reach_the_terminal_without_their_control_characters(tmp_path: Path) -> None:
    """Of departments, skills, inspections and officers."""
    evil = "\x1b[32m\u202e"
    text = (
        json.dumps(COUNTY, ensure_ascii=False)
        .replace("消防", "\\u001b[32m\\u202e")
        .replace("visit:1", "\\u001b1")
    )
    given = json.loads(text.replace('"o3"', '"\\u001b[1m"').replace("教育局", "\\u202e"))
    path = written(tmp_path, bundle_of(input_of(given), rng_for("evil")))
    options = ("--inspection", "\x1b1", "--officer", "\x1b[1m")
    done = run(path, "--no-bls", *options)
    assert done.returncode == 0
    assert "\\x1b[32m\\u202e" in done.stdout
    assert not set(evil) & set(done.stdout) - set("[32m")
