"""The command line as a clerk and an auditor type it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from api.imports import write_template
from api.parts import open_parts
from api.settings import Settings
from domain.facts import Actor
from domain.organisation import AddStaff

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]

LIST = "学校标识码,名称,类型,信用等级,区域,地址\n1300000001,示例一小,小学,A,示例镇,示例路1号\n"
BAD = LIST + "13000,示例二小,小学,A,示例镇,示例路2号\n"
INIT = ("--administrator", "admin", "--department", "edu", "--department-name", "示例教育局")


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    """A place and a database of one's own."""
    return Settings(mode="development", home=tmp_path / "home", database_url=database)


@pytest.fixture
def run(settings: Settings) -> Run:
    """Run `mingqian` as a program of its own."""
    environment = {
        **os.environ,
        "MINGQIAN_MODE": settings.mode,
        "MINGQIAN_HOME": str(settings.home),
        "MINGQIAN_DATABASE_URL": str(settings.database_url),
    }

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mingqian", *map(str, arguments)]
        return subprocess.run(
            command,
            env={**environment, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


def written(folder: Path, text: str) -> Path:
    """A file of a clerk."""
    path = folder / "名录.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_can_be_checked_without_a_ledger(run: Run, tmp_path: Path) -> None:
    """A good one ends with 0, a bad one names row and code and ends with 1."""
    good = run("import", "entities", written(tmp_path, LIST), "--check")
    assert (good.returncode, "可导入 1 to import" in good.stdout) == (0, True)
    bad = run("import", "entities", written(tmp_path, BAD), "--check")
    assert bad.returncode == 1
    assert "identifier-invalid" in bad.stdout
    assert not (tmp_path / "home").exists()


def test_a_template_is_a_file_that_the_import_reads(run: Run, tmp_path: Path) -> None:
    """Its example row is passed over."""
    path = tmp_path / "officers.xlsx"
    assert run("template", "officers", path).returncode == 0
    assert path.read_bytes()[:4] == write_template("officers")[:4]
    assert run("import", "officers", path, "--check").returncode == 0


def test_a_refusal_is_one_line_with_its_code(run: Run, tmp_path: Path) -> None:
    """No traceback, exit code 2, and the page to read."""
    nobody = run("import", "entities", written(tmp_path, LIST))
    assert nobody.returncode == 2
    assert "import-person-missing" in nobody.stderr
    missing = run("import", "entities", tmp_path / "none.csv", "--check")
    assert (missing.returncode, "import-unreadable" in missing.stderr) == (2, True)
    assert "Traceback" not in nobody.stderr + missing.stderr


def test_the_words_of_a_refusal_do_not_steer_the_terminal(run: Run, tmp_path: Path) -> None:
    """A stranger's file name could clear the screen and write another verdict."""
    refused = run("import", "entities", tmp_path / "\x1b[2J.csv", "--check")
    assert refused.returncode == 2
    assert "import-unreadable" in refused.stderr
    assert "\x1b" not in refused.stderr


def test_a_year_begins_on_the_command_line_and_ends_with_the_auditor(
    run: Run, settings: Settings, tmp_path: Path
) -> None:
    """Init, import, import again, export, verify; a changed byte in the export is found."""
    begun = run("init", *INIT)
    assert begun.returncode == 0, begun.stderr
    assert "一次性密码" in begun.stdout
    assert "administrator-exists" in run("init", *INIT).stderr
    registrar = AddStaff(id="registrar", department="edu", roles=("registrar",), personal={})
    with open_parts(settings) as parts:
        admin = Actor(id="admin", role="administrator")
        parts.writer.execute([registrar], actor=admin, command_id=str(uuid4()))
    file = written(tmp_path, LIST)
    refused = run("import", "entities", file, "--as", "nobody")
    assert (refused.returncode, "unknown-staff" in refused.stderr) == (2, True)
    bad = run("import", "entities", written(tmp_path, BAD), "--as", "registrar")
    assert (bad.returncode, "整份文件未入账" in bad.stdout) == (1, True)
    written(tmp_path, LIST)
    for added in (1, 0):
        done = run("import", "entities", file, "--as", "registrar")
        assert (done.returncode, f"新增 {added} added" in done.stdout) == (0, True)
    assert run("password", "registrar").returncode == 0
    assert run("projections", "rebuild").returncode == 0
    assert run("audit", "verify").returncode == 0
    target = tmp_path / "export"
    assert run("export", target, "--as", "admin").returncode == 0
    assert run("audit", "verify", target).returncode == 0
    events = target / "events.jsonl"
    events.write_bytes(events.read_bytes().replace("示例一小".encode(), "示例二小".encode(), 1))
    found = run("audit", "verify", target)
    assert found.returncode == 1


def test_the_public_part_is_written_as_static_files(run: Run, tmp_path: Path) -> None:
    """Anybody with the vkey verifies the folder; the newest checkpoint that was published is in it."""
    vkey = run("init", *INIT).stdout.partition("vkey: ")[2].split("\n")[0]
    site, kept = tmp_path / "site", tmp_path / "kept"
    published = run("publish", site)
    assert published.returncode == 0, published.stderr
    begun = run("audit", "continue", kept, "--url", site, "--vkey", vkey, "--first")
    assert begun.returncode == 0, begun.stderr
    assert kept.read_bytes() == (site / "checkpoint").read_bytes()
    pages = run("publish", site, "--pages", "2024")
    assert (pages.returncode, "unknown-plan" in pages.stderr) == (2, True)
