"""The dry run of an assignment: what a seed would give, or what makes an input impossible."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from domain.canonical import canon, parse
from domain.errors import DomainError
from domain.lottery.assignment import assign
from domain.lottery.assignment_check import check_assignment
from domain.lottery.assignment_input import ALG, input_of
from domain.lottery.fairness import check_fairness
from mingqian.cli import app

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

SEED = "07" * 32


def need(department: str, count: int, *skills: str) -> dict[str, Any]:
    """A need with its skills in the order given."""
    return {"department": department, "count": count, "skills": list(skills)}


def officer(
    name: str, department: str, *skills: str, capacity: int | None = None
) -> dict[str, Any]:
    """An officer of the roster."""
    return {"id": name, "department": department, "skills": list(skills), "capacity": capacity}


def trial(**changes: object) -> dict[str, Any]:
    """Three joint visits, one with an expert, in no order."""
    visits: list[dict[str, Any]] = [
        {"id": f"visit-{n}", "needs": [need("教育局", 2, "食品", "消防"), need("市监局", 1)]}
        for n in (3, 1, 2)
    ]
    visits[0]["needs"].append(need("experts", 1))
    officers = [officer(f"edu-{n}", "教育局", "消防", "食品") for n in (4, 3, 2, 1)]
    officers += [officer("msb-2", "市监局", capacity=2), officer("msb-1", "市监局")]
    officers.append(officer("expert", "experts"))
    recusals = [["msb-2", "visit-3"], ["edu-1", "visit-1"]]
    return {
        "alg": ALG,
        "inspections": visits,
        "officers": officers,
        "recusals": recusals,
        **changes,
    }


def lab(folder: Path, what: object, *options: object, seed: str = SEED) -> Result:
    """Run the command on an input; text is written as it stands."""
    path = folder / "input.json"
    text = what if isinstance(what, str) else json.dumps(what, ensure_ascii=False, indent=2)
    path.write_text(text, encoding="utf-8")
    command = ["lab", "assign", str(path), "--seed", seed, *map(str, options)]
    return CliRunner().invoke(app, command)


def test_the_output_is_that_of_the_published_rule(tmp_path: Path) -> None:
    """One line of canonical JSON that keeps both rules; people get each department's share."""
    result = lab(tmp_path, trial())
    assert result.exit_code == 0, result.output
    given = parse(result.stdout.removesuffix("\n").encode())
    roster = input_of(trial())
    assert given == assign(roster, bytes.fromhex(SEED))
    check_assignment(roster, given)
    check_fairness(roster, given)
    rows = {line.split("│")[1].strip(): line for line in result.stderr.splitlines() if "│" in line}
    shares = {name: [each.strip() for each in row.split("│")[2:5]] for name, row in rows.items()}
    assert shares["教育局"] == ["6", "4", "1–2"]
    assert shares["市监局"] == ["3", "2", "1–2"]
    assert shares["experts"] == ["1", "1", "1–1"]


def test_neither_order_nor_layout_of_the_input_changes_the_answer(tmp_path: Path) -> None:
    """Every list turned round, without blanks, behind a byte order mark."""
    first = trial()
    turned = {name: each[::-1] if isinstance(each, list) else each for name, each in first.items()}
    for row in (
        *turned["officers"],
        *[each for one in turned["inspections"] for each in one["needs"]],
    ):
        row["skills"] = row["skills"][::-1]
    for one in turned["inspections"]:
        one["needs"] = one["needs"][::-1]
    marked = "\ufeff" + canon(turned).decode()
    assert len({lab(tmp_path, each).stdout for each in (trial(), turned, marked)}) == 1


def test_a_proof_with_its_own_seed_gives_its_own_assignment(tmp_path: Path) -> None:
    """Of a bundle only the input counts; with another seed other officers go."""
    value = input_of(trial()).to_json()
    proof = {
        "alg": ALG,
        "commitment": {},
        "input": value,
        "entropy": [],
        "vrf_proof": "",
        "seed": SEED,
    }
    answers = [lab(tmp_path, each) for each in (value, {**proof, "output": {}})]
    assert answers[0].stdout == answers[1].stdout != ""
    others = {lab(tmp_path, value, seed=f"{n:064x}").stdout for n in range(5)}
    assert len(others) > 1


def test_the_answer_can_go_to_a_file_instead(tmp_path: Path) -> None:
    """The same bytes, and nothing on standard output."""
    expected = lab(tmp_path, trial()).stdout
    target = tmp_path / "out.json"
    result = lab(tmp_path, trial(), "--out", target)
    assert (result.exit_code, result.stdout) == (0, "")
    assert target.read_text("utf-8") == expected


def test_an_impossible_input_is_told_in_json_and_ends_with_3(tmp_path: Path) -> None:
    """On standard output, never in the file that should hold an output; a sentence goes to people."""
    alone = [
        officer("msb-1", "市监局", capacity=2),
        *trial()["officers"][:4],
        officer("expert", "experts"),
    ]
    target = tmp_path / "out.json"
    result = lab(tmp_path, trial(officers=alone, recusals=[]), "--out", target)
    assert result.exit_code == 3
    assert parse(result.stdout.removesuffix("\n").encode()) == {
        "error": "infeasible",
        "department": "市监局",
        "needs": [{"inspection": f"visit-{n}", **need("市监局", 1)} for n in (1, 2, 3)],
        "missing": ["capacity"],
        "seats": 3,
        "officers": 1,
    }
    assert "人员不足" in result.stderr
    assert not target.exists()


@pytest.mark.parametrize(
    "needs", [[need("教育局", 1)], [need("教育局", 1), need("experts", 2)], []]
)
def test_a_visit_of_fewer_than_two_officers_is_impossible_too(
    needs: list[dict[str, Any]], tmp_path: Path
) -> None:
    """Experts do not count; the visit is named by its id."""
    visits = [*trial()["inspections"], {"id": "visit-0", "needs": needs}]
    result = lab(tmp_path, trial(inspections=visits))
    assert result.exit_code == 3
    assert json.loads(result.stdout) == {
        "error": "infeasible",
        "reason": "fewer-than-two-officers",
        "inspection": "visit-0",
    }
    assert "至少两名" in result.stderr


TEXT = json.dumps(trial())
REFUSED = {
    "a draw of entities": ({"pool": [], "rule": {}}, "assignment-input-invalid", "$"),
    "no object": ([], "assignment-input-invalid", "$"),
    "half a proof": ({"commitment": {}, "input": trial()}, "lab-input-invalid", "vrf_proof"),
    "a stranger's recusal": (trial(recusals=[["none", "visit-1"]]), "assignment-input-invalid", "$.recusals[0]"),
    "an officer twice": (trial(officers=trial()["officers"] * 2), "duplicate-id", "$.officers"),
    "a key twice": (TEXT.replace('"alg"', '"recusals": [], "alg"'), "not-canonical", "'recusals'"),
    "a float": (TEXT.replace('"count": 1', '"count": 1.0'), "not-canonical", "1.0"),
    "an id that is not NFC": (trial(recusals=[["e\u0301", "visit-1"]]), "not-canonical", "recusals[0][0]"),
}  # fmt: skip


@pytest.mark.parametrize(("what", "code", "place"), REFUSED.values(), ids=list(REFUSED))
def test_bad_input_is_refused_with_its_place(
    what: object, code: str, place: str, tmp_path: Path
) -> None:
    """As by the other dry runs: it is no answer about an assignment, so nothing is said on standard output."""
    result = lab(tmp_path, what)
    assert isinstance(result.exception, DomainError), result.output
    assert (result.stdout, result.exception.code) == ("", code)
    assert place in result.exception.detail


def test_a_seed_that_is_not_32_bytes_is_refused(tmp_path: Path) -> None:
    """Before the input is read."""
    result = lab(tmp_path, "no JSON", seed="07" * 31)
    assert isinstance(result.exception, DomainError)
    assert result.exception.code == "seed-invalid"
