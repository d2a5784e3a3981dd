"""The dry run: it gives what the real draw would give, and it can reach nothing that records."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from domain.canonical import canon, parse
from domain.errors import DomainError
from mingqian.cli import app, main

if TYPE_CHECKING:
    from typer.testing import Result

VECTORS = Path(__file__).parents[1] / "vectors" / "draw_v1.json"
CASES = json.loads(VECTORS.read_text("utf-8"))["cases"]
BUNDLE = CASES[0]["bundle"]
SEED = "07" * 32
RULE = {
    "floor": [5, 100],
    "min_per_stratum": 1,
    "strata": [{"ratio": [10, 100], "stratum": "中学"}, {"ratio": [1, 3], "stratum": "小学"}],
}


def trial(**changes: object) -> dict[str, Any]:
    """A small input, the highest id first."""
    pool = [{"id": f"reg:{n}", "stratum": "小学" if n % 3 else "中学"} for n in range(40, 10, -1)]
    excluded = [{"id": "reg:9", "stratum": "小学", "reason": "suspended"}]
    return {"pool": pool, "excluded": excluded, "rule": RULE, **changes}


def lab(folder: Path, what: object, command: str, *options: object) -> Result:
    """Run a command of the lab on an input; text is written as it stands."""
    path = folder / "input.json"
    text = what if isinstance(what, str) else json.dumps(what, ensure_ascii=False, indent=2)
    path.write_text(text, encoding="utf-8")
    return CliRunner().invoke(app, ["lab", command, str(path), *map(str, options)])


def refusal(result: Result) -> tuple[str, str]:
    """Code and detail of a refusal; nothing else was said on standard output."""
    assert isinstance(result.exception, DomainError), result.output
    assert result.stdout == ""
    return result.exception.code, result.exception.detail


@pytest.mark.parametrize("case", CASES, ids=[case["note"] for case in CASES])
def test_a_proof_with_its_own_seed_gives_its_own_list(case: dict[str, Any], tmp_path: Path) -> None:
    """Roots, sizes, cutoffs and selections are those of the published bundle; standard output is canonical."""
    bundle = case["bundle"]
    result = lab(tmp_path, bundle, "draw", "--seed", bundle["seed"])
    assert result.exit_code == 0, result.output
    given = parse(result.stdout.removesuffix("\n").encode())
    commitment = bundle["commitment"]
    roots = {name: commitment[name] for name in ("pool_size", "pool_root", "excluded_root")}
    assert given == {**roots, "seed": bundle["seed"], "strata": bundle["strata"]}


def test_another_seed_draws_another_list_of_the_same_quotas(tmp_path: Path) -> None:
    """An outsider tries it on a published pool."""
    result = lab(tmp_path, BUNDLE, "draw", "--seed", SEED)
    (drawn,), (published,) = json.loads(result.stdout)["strata"], BUNDLE["strata"]
    assert drawn["quota"] == published["quota"]
    assert drawn["selected"] != published["selected"]


def test_quotas_show_every_stratum_before_anything_is_fixed(tmp_path: Path) -> None:
    """Ten of a tenth is one, twenty of a third are seven; people get a table on standard error."""
    result = lab(tmp_path, trial(), "quotas")
    given = json.loads(result.stdout)
    assert given["strata"] == [
        {"stratum": "中学", "size": 10, "quota": 1, "ratio": [10, 100]},
        {"stratum": "小学", "size": 20, "quota": 7, "ratio": [1, 3]},
    ]
    assert given["pool_size"] == 30
    for word in ("小学", "30", "未记录任何内容"):
        assert word in result.stderr


def test_a_name_from_a_stranger_does_not_steer_the_terminal(tmp_path: Path) -> None:
    """Nor is it read as markup; in the answer it stands as it was written."""
    name = "\x1b[2J[red]"
    rule = {**RULE, "strata": [{"ratio": [1, 2], "stratum": name}]}
    result = lab(tmp_path, trial(pool=[{"id": "reg:1", "stratum": name}], rule=rule), "quotas")
    assert json.loads(result.stdout)["strata"][0]["stratum"] == name
    assert "\x1b[2J" not in result.stderr
    assert "[red]" in result.stderr


def test_neither_order_nor_layout_of_the_input_changes_the_answer(tmp_path: Path) -> None:
    """The members in another order, without blanks, behind a byte order mark, and no exclusions said as an empty list."""
    first = trial(excluded=[])
    turned = {"rule": RULE, "pool": first["pool"][::-1]}
    for command in (("quotas",), ("draw", "--seed", SEED)):
        marked = "\ufeff" + canon(turned).decode()
        answers = {lab(tmp_path, each, *command).stdout for each in (first, turned, marked)}
        assert len(answers) == 1


def test_the_answer_can_go_to_a_file_instead(tmp_path: Path) -> None:
    """The same bytes, and nothing on standard output."""
    expected = lab(tmp_path, trial(), "draw", "--seed", SEED).stdout
    target = tmp_path / "out.json"
    result = lab(tmp_path, trial(), "draw", "--seed", SEED, "--out", target)
    assert (result.exit_code, result.stdout) == (0, "")
    assert target.read_text("utf-8") == expected
    missing = tmp_path / "none" / "out.json"
    result = lab(tmp_path, trial(), "quotas", "--out", missing)
    assert refusal(result)[0] == "file-unwritable"


def of_rule(**changes: object) -> dict[str, Any]:
    """An input with another rule."""
    return trial(rule={**RULE, **changes})


TEXT = json.dumps(trial())
REFUSED = {
    "an id twice": (trial(pool=[*trial()["pool"], {"id": "reg:9", "stratum": "小学"}]), "duplicate-id", "reg:9"),
    "a ratio of 6/5": (of_rule(floor=[6, 5]), "ratio-invalid", "$.rule.floor"),
    "a stratum without a ratio": (of_rule(strata=RULE["strata"][1:]), "stratum-without-ratio", "中学"),  # type: ignore[index]
    "a floor out of reach": (
        of_rule(floor=[1, 1], strata=[{"ratio": [0, 1], "stratum": name} for name in ("中学", "小学")]),
        "rule-cannot-be-met",
        "30",
    ),
    "an id that is not NFC": (trial(pool=[{"id": each, "stratum": "小学"} for each in ("f", "e\u0301")]), "not-canonical", "$.pool[1].id"),
    "a key twice": ('{"pool": [], "pool": [], "rule": {}}', "not-canonical", "'pool'"),
    "a float": (TEXT.replace("[5, 100]", "[5.0, 100]"), "not-canonical", "5.0"),
    "no number": (TEXT.replace("[5, 100]", "[NaN, 100]"), "not-canonical", "NaN"),
    "no JSON": (TEXT[:-1], "not-canonical", "line 1"),
    "nested without end": ("[" * 100_000, "not-canonical", "nested"),
    "an empty id": (trial(pool=[{"id": "", "stratum": "小学"}]), "pool-invalid", "$.pool[0].id"),
    "a key too many": (trial(sources=[]), "lab-input-invalid", "pool, rule"),
    "no object": ([], "lab-input-invalid", "$"),
    "half a proof": ({"commitment": BUNDLE["commitment"]}, "lab-input-invalid", "vrf_proof"),
    "a proof of officers": (
        {**BUNDLE, "commitment": {**BUNDLE["commitment"], "alg": "mingqian-assign-v1"}},
        "commitment-invalid",
        "$.commitment.alg",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("what", "code", "place"), REFUSED.values(), ids=list(REFUSED))
def test_bad_input_is_refused_with_its_place(
    what: object, code: str, place: str, tmp_path: Path
) -> None:
    """By both commands, with the same words."""
    refused = refusal(lab(tmp_path, what, "quotas"))
    assert refused[0] == code
    assert place in refused[1]
    assert refusal(lab(tmp_path, what, "draw", "--seed", SEED)) == refused


@pytest.mark.parametrize("seed", ["07" * 31, "07" * 33, "0G" * 32, "AB" * 32, ""])
def test_a_seed_that_is_not_32_bytes_is_refused(seed: str, tmp_path: Path) -> None:
    """Too short, too long, no hex, capitals, nothing."""
    code, detail = refusal(lab(tmp_path, trial(), "draw", "--seed", seed))
    assert (code, detail.startswith("--seed: ")) == ("seed-invalid", True)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Missing, or not text."""
    result = CliRunner().invoke(app, ["lab", "quotas", str(tmp_path / "none.json")])
    assert refusal(result)[0] == "file-unreadable"
    (tmp_path / "gbk.json").write_bytes("中学".encode("gbk"))
    result = CliRunner().invoke(app, ["lab", "quotas", str(tmp_path / "gbk.json")])
    code, detail = refusal(result)
    assert (code, "UTF-8" in detail) == ("file-unreadable", True)


def test_it_needs_and_touches_nothing_but_its_input(tmp_path: Path) -> None:
    """In production mode, with a database that is nowhere and settings that nobody could read."""
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "input.json").write_bytes(canon(trial()))
    done = subprocess.run(
        [sys.executable, "-m", "mingqian", "lab", "draw", "input.json", "--seed", SEED],
        env={
            **os.environ,
            "MINGQIAN_MODE": "production",
            "MINGQIAN_DATABASE_URL": "postgresql://nobody@nowhere.invalid:1/none",
            "MINGQIAN_PORT": "no number",
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert b'"selected":' in done.stdout
    assert [path.name for path in folder.iterdir()] == ["input.json"]


def test_a_refusal_ends_the_program_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line on standard error, and nothing on standard output."""
    (tmp_path / "input.json").write_bytes(canon(of_rule(floor=[6, 5])))
    command = ["mingqian", "lab", "quotas", str(tmp_path / "input.json")]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert (ended.value.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith("ratio-invalid: ")
