"""What is typed and what is answered: 0 whole, 1 not whole, 2 not verified."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from typer.testing import CliRunner

from audit.cli import app
from domain.errors import DomainError
from ledger.note import log_key
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from tests.audit.conftest import Told


def _run(*arguments: str, dsn: str = "host=/nowhere") -> Result:
    return CliRunner().invoke(app(lambda: dsn), ["verify", *arguments])


def test_a_whole_export_exits_with_0_and_says_so_in_chinese_first(told: Told) -> None:
    """The figures and the verdict."""
    result = _run(str(told.folder), "--vkey", str(told.vkey))
    assert result.exit_code == 0, result.output
    assert "历史完整 / the history is whole" in result.output


def test_a_key_may_stand_in_a_file(told: Told, tmp_path: Path) -> None:
    """As it was handed over."""
    (tmp_path / "vkey").write_text(f"{told.vkey}\n", "utf-8")
    assert _run(str(told.folder), "--vkey", str(tmp_path / "vkey")).exit_code == 0


def test_a_wrong_key_exits_with_1(told: Told) -> None:
    """Well formed, and of another log."""
    other = str(log_key(told.vkey.name, bytes(32)))
    result = _run(str(told.folder), "--vkey", other, "--json")
    assert result.exit_code == 1
    codes = {failure["code"] for failure in json.loads(result.stdout)["failures"]}
    assert "vkey-differs" in codes


def test_a_damaged_export_exits_with_1_and_names_leaf_and_code(folder: Path) -> None:
    """On the screen too."""
    path = folder / "events.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[60] = lines[60].replace(b'"v":1', b'"v":2')
    path.write_bytes(b"".join(lines))
    result = _run(str(folder))
    assert result.exit_code == 1
    assert "历史不完整" in result.output
    assert "60" in result.output


def test_what_cannot_be_verified_exits_with_2(told: Told, tmp_path: Path) -> None:
    """No folder, no key, no checkpoint, no database: each with its code."""
    folder = str(told.folder)
    for arguments, code in (
        ([str(tmp_path / "none")], "export-unreadable"),
        ([folder, "--vkey", "示例"], "vkey-malformed"),
        ([folder, "--vkey", "x\x00y"], "vkey-malformed"),
        ([folder, "--checkpoint", str(tmp_path / "none")], "checkpoint-unreadable"),
        ([], "ledger-unavailable"),
    ):
        result = _run(*arguments, "--json")
        assert result.exit_code == 2, arguments
        assert json.loads(result.stdout)["error"] == code
    assert "ledger-unavailable" in _run().output


def test_settings_that_name_no_database_exit_with_2() -> None:
    """The refusal of whoever knows the settings is passed on."""

    def none() -> str:
        raise DomainError("ledger-missing", "示例")

    assert CliRunner().invoke(app(none), ["verify"]).exit_code == 2


def test_a_kept_checkpoint_shows_that_the_end_was_cut(told: Told) -> None:
    """The shorter export is consistent in itself."""
    kept = str(told.folder / "checkpoint")
    assert _run(str(told.earlier)).exit_code == 0
    result = _run(str(told.earlier), "--checkpoint", kept, "--json")
    assert result.exit_code == 1
    codes = [failure["code"] for failure in json.loads(result.stdout)["failures"]]
    assert codes == ["checkpoint-beyond-leaves"]


def test_the_live_database_is_verified_without_an_argument(told: Told, live: str) -> None:
    """The same figures as the export's."""
    result = _run("--json", dsn=live)
    assert result.exit_code == 0, result.output
    lines = (told.folder / "events.jsonl").read_bytes().count(b"\n")
    assert json.loads(result.stdout)["events"] == lines


def test_an_export_is_verified_with_no_server_and_no_settings(told: Told, tmp_path: Path) -> None:
    """In a process of its own, with an empty environment."""
    program = (
        "import sys; from audit.cli import app;"
        "app(lambda: sys.exit('a database was asked for'))(sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "verify", str(told.folder), "--json"],
        env={"PYTHONPATH": str(ROOT), "PATH": "/nowhere", "HOME": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ok"] is True


def test_certificates_of_authorities_are_read_before_anything_is_verified(
    told: Told, tmp_path: Path
) -> None:
    """Without the file nothing is said of times, so nothing is verified at all."""
    missing = str(tmp_path / "roots.pem")
    result = _run(str(told.folder), "--timestamp-certificates", missing, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"] == "certificates-unreadable"
