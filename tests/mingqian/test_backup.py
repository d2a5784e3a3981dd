"""A backup is one moment of a ledger that goes on; what is put back was verified, and never a shorter or another history."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from typer.testing import CliRunner

from api.parts import enter_first_administrator, initialise, make_tables, open_parts
from api.settings import Settings
from domain.errors import DomainError
from domain.facts import Actor
from domain.organisation import AddDepartment, AddStaff
from ledger import backup
from ledger.backup import TABLES, back_up, read_manifest
from ledger.folder import whole_folder
from ledger.store import SYSTEM
from mingqian import cli
from tests.ledger.examples import department, new_id
from tests.roles import passing_role
from tests.serving import fresh_database

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.parts import Parts
    from ledger.backup import Manifest

ADMIN = Actor(id="admin", role="administrator")
NOW = "2024-06-01T00:00:00.000Z"


@dataclass(frozen=True, kw_only=True)
class Home:
    """Two backups of one ledger, the later one with 3 leaves more, and the checkpoints of both moments."""

    settings: Settings
    word: str
    folder: Path

    def kept(self, which: str) -> str:
        """The file of the checkpoint that somebody kept."""
        return str(self.folder / f"{which}.checkpoint")


def told(parts: Parts, first: int, count: int, actor: Actor = SYSTEM) -> str:
    """Record so many departments in one commit, and give the checkpoint over them."""
    commands = [department(number) for number in range(first, first + count)]
    parts.writer.execute(commands, actor=actor, command_id=new_id())
    return parts.ledger.publish_checkpoint()


@pytest.fixture(scope="module")
def home(server: str, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The database is gone when a test begins; its keys are not."""
    base = tmp_path_factory.mktemp("home")
    with fresh_database(server) as dsn:
        settings = Settings(mode="development", home=base, database_url=dsn)
        with open_parts(settings) as parts:
            word = enter_first_administrator(
                parts,
                AddDepartment(id="edu", name="示例教育局", collates=False),
                AddStaff(id="admin", department="edu", roles=("administrator",), personal={}),
            )
            for which in ("earlier", "later"):
                kept = told(parts, 10 * len(which), 3, ADMIN)
                back_up(dsn, base / which, NOW)
                (base / f"{which}.checkpoint").write_text(kept, "utf-8")
    return Home(settings=settings, word=word, folder=base)


@pytest.fixture
def copy(home: Home, tmp_path: Path) -> Path:
    """A copy of the later backup, to be damaged."""
    return shutil.copytree(home.folder / "later", tmp_path / "backup")


@pytest.fixture
def run(
    home: Home, database: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[str, str]]:
    """Run a command on the empty database of this test: the code of its refusal, if any, and what it printed."""
    monkeypatch.setenv("MINGQIAN_MODE", "development")
    monkeypatch.setenv("MINGQIAN_HOME", str(home.folder))
    monkeypatch.setenv("MINGQIAN_DATABASE_URL", database)

    def run(*arguments: str) -> tuple[str, str]:
        result = CliRunner().invoke(cli.app, [*arguments])
        if isinstance(result.exception, DomainError):
            return result.exception.code, f"{result.output}{result.exception.detail}"
        assert result.exit_code == 0, result.output
        return "", result.output

    return run


def rows(dsn: str) -> int:
    """All rows of all tables that a backup has."""
    make_tables(Settings(mode="development", database_url=dsn))
    with psycopg.connect(dsn) as connection:
        return sum(
            connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]  # noqa: S608 - our own names
            for name in TABLES
        )


def test_a_restored_ledger_goes_on_under_its_keys(
    home: Home, database: str, run: Callable[..., tuple[str, str]]
) -> None:
    """Every row is there, tables for readers are built, people log in, and the next checkpoint continues the last."""
    refused, printed = run(
        "restore", str(home.folder / "later"), "--checkpoint", home.kept("earlier"),
        "--checkpoint", home.kept("later"),
    )  # fmt: skip
    assert refused == "", printed
    settings = Settings(mode="development", home=home.folder, database_url=database)
    with open_parts(settings) as parts:
        size = read_manifest(home.folder / "later").leaves
        assert parts.ledger.size() == parts.projector.position() == size
        assert parts.accounts.login("admin", home.word).one_time
        assert parts.ledger.publish_checkpoint() == Path(home.kept("later")).read_text("utf-8")
        told(parts, 1000, 2, ADMIN)
    assert CliRunner().invoke(cli.app, ["audit", "verify"]).exit_code == 0


def test_a_backup_is_one_moment_of_a_ledger_that_is_written_to(
    home: Home, database: str, server: str, tmp_path: Path, run: Callable[..., tuple[str, str]]
) -> None:
    """Commits go on while it is made; each of several is whole and can be put back."""
    with fresh_database(server) as busy:
        settings = Settings(mode="development", home=tmp_path / "busy", database_url=busy)
        with open_parts(settings) as parts:
            stop = Event()

            def write() -> None:
                number = 0
                while not stop.is_set():
                    told(parts, number, 3)
                    number += 3

            thread = Thread(target=write)
            thread.start()
            try:
                made: list[Manifest] = []
                while len(made) < 3 or made[-1].leaves < made[0].leaves + 30:
                    made.append(back_up(busy, tmp_path / f"backup{len(made)}", NOW)[0])
            finally:
                stop.set()
                thread.join()
        assert made[-1].leaves > made[0].leaves
    for at in (0, len(made) - 1):
        with fresh_database(server) as empty, pytest.MonkeyPatch.context() as patch:
            patch.setenv("MINGQIAN_DATABASE_URL", empty)
            refused, printed = run("restore", str(tmp_path / f"backup{at}"), "--without-checkpoint")
            assert refused == "", printed
            with psycopg.connect(empty) as connection:
                count = connection.execute("SELECT count(*) FROM ledger.events").fetchone()
            assert count == (made[at].leaves,)


def test_an_older_backup_is_refused_against_a_newer_checkpoint(
    home: Home, database: str, run: Callable[..., tuple[str, str]]
) -> None:
    """What was promised to the public must be there; the database stays empty, and the newer backup fits in."""
    refused, printed = run(
        "restore", str(home.folder / "earlier"), "--checkpoint", home.kept("later")
    )
    assert refused == "restore-shorter"
    assert home.kept("later") in printed
    assert rows(database) == 0
    assert run("restore", str(home.folder / "later"), "--checkpoint", home.kept("later"))[0] == ""


def test_another_history_is_refused(
    home: Home, database: str, server: str, tmp_path: Path, run: Callable[..., tuple[str, str]]
) -> None:
    """Of the same keys even: a fork that is as long, and a ledger of somebody else."""
    with fresh_database(server) as forked:
        settings = Settings(mode="development", home=home.folder, database_url=forked)
        initialise(settings)
        with open_parts(settings) as parts:
            told(parts, 0, read_manifest(home.folder / "later").leaves)
            back_up(forked, tmp_path / "fork", NOW)
    refused, _ = run("restore", str(tmp_path / "fork"), "--checkpoint", home.kept("later"))
    assert refused == "restore-differs"
    (tmp_path / "foreign").write_text(
        Path(home.kept("later")).read_text("utf-8").replace("— mingqian", "— foreign"), "utf-8"
    )
    refused, _ = run(
        "restore", str(home.folder / "later"), "--checkpoint", str(tmp_path / "foreign")
    )
    assert refused == "restore-differs"
    assert rows(database) == 0


def test_somebody_has_to_say_that_there_is_no_checkpoint(
    home: Home, run: Callable[..., tuple[str, str]]
) -> None:
    """In so many words, and not beside one."""
    folder = str(home.folder / "later")
    assert run("restore", folder)[0] == "restore-without-checkpoint"
    both = ("--without-checkpoint", "--checkpoint", home.kept("later"))
    assert run("restore", folder, *both)[0] == "restore-without-checkpoint"


def test_a_restore_goes_into_empty_tables_only(
    home: Home, database: str, run: Callable[..., tuple[str, str]]
) -> None:
    """A ledger that was opened there is not written over, nor a password that somebody has."""
    make_tables(Settings(mode="development", database_url=database))
    with psycopg.connect(database) as connection:
        connection.execute("INSERT INTO accounts.passwords VALUES ('示例', '', 1, false)")
    for _ in range(2):
        refused, printed = run("restore", str(home.folder / "later"), "--without-checkpoint")
        assert refused == "restore-target-not-empty"
        assert "accounts.passwords" in printed
    assert rows(database) == 1


def shortened(folder: Path) -> str:
    """The last bytes of a table are gone."""
    path = folder / "ledger.events"
    path.write_bytes(path.read_bytes()[:-10])
    return path.name


def edited(folder: Path) -> str:
    """One letter of a table is another."""
    path = folder / "ledger.commits"
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)
    return path.name


def mixed(folder: Path) -> str:
    """One table is of another backup."""
    name = "ledger.checkpoints"
    path = folder / name
    path.write_bytes(path.read_bytes() * 2)
    return name


def missing(folder: Path) -> str:
    """A file is gone."""
    (folder / "accounts.passwords").unlink()
    return "accounts.passwords"


def surplus(folder: Path) -> str:
    """A file is there that belongs to nothing."""
    (folder / "more").write_bytes(b"")
    return "more"


def linked(folder: Path) -> str:
    """A file is a link to one elsewhere."""
    path = folder / "ledger.commits"
    path.rename(folder.parent / "elsewhere")
    path.symlink_to(folder.parent / "elsewhere")
    return path.name


def silent(folder: Path) -> str:
    """The manifest says nothing."""
    (folder / "manifest.json").write_bytes(b"{}")
    return "manifest.json"


def strange(folder: Path) -> str:
    """The manifest is of no format that is known."""
    manifest = json.loads((folder / "manifest.json").read_bytes()) | {"format": "other"}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return "manifest.json"


@pytest.mark.parametrize(
    "damage", [shortened, edited, mixed, missing, surplus, linked, silent, strange]
)
def test_a_damaged_backup_is_refused_and_the_file_is_named(
    copy: Path, database: str, run: Callable[..., tuple[str, str]], damage: Callable[[Path], str]
) -> None:
    """Before the database is touched."""
    name = damage(copy)
    refused, printed = run("restore", str(copy), "--without-checkpoint")
    assert (refused, name in printed) == ("backup-damaged", True)
    assert rows(database) == 0


def forged(folder: Path, name: str, content: bytes, **said: object) -> None:
    """Somebody changes a file and the manifest with it."""
    (folder / name).write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["tables"][name] |= {"bytes": len(content), "sha256": sha256(content).hexdigest()}
    manifest["tables"][name] |= said
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def test_a_refusal_shows_nothing_of_the_rows(
    copy: Path, home: Home, database: str, run: Callable[..., tuple[str, str]]
) -> None:
    """PostgreSQL would quote the line, and with it the hash of a password."""
    row, *others = (copy / "accounts.passwords").read_bytes().splitlines(keepends=True)
    assert b"argon2" in row
    forged(copy, "accounts.passwords", b"".join([row.rpartition(b"\t")[0] + b"\n", *others]))
    refused, printed = run("restore", str(copy), "--checkpoint", home.kept("later"))
    assert (refused, "accounts.passwords" in printed) == ("backup-damaged", True)
    assert "argon2" not in printed


def test_a_forged_backup_is_verified_like_any_history(
    copy: Path, home: Home, database: str, run: Callable[..., tuple[str, str]]
) -> None:
    """A manifest proves nothing: the signatures do. The last commit with all its leaves may be cut off, and then the checkpoint tells."""
    lines = {
        name: (copy / name).read_bytes().splitlines(keepends=True)
        for name in ("ledger.events", "ledger.commits", "ledger.commands", "ledger.checkpoints")
    }
    swapped = [*lines["ledger.events"][:-2], *lines["ledger.events"][-3:-1]]
    forged(copy, "ledger.events", b"".join(swapped))
    refused, printed = run("restore", str(copy), "--checkpoint", home.kept("later"))
    assert refused == "backup-damaged"
    assert "ledger.events" in printed
    for name, cut in (("events", 3), ("commits", 1), ("commands", 1), ("checkpoints", 1)):
        left = lines[f"ledger.{name}"][:-cut]
        forged(copy, f"ledger.{name}", b"".join(left), rows=len(left))
    refused, _ = run("restore", str(copy), "--checkpoint", home.kept("later"))
    assert refused == "restore-shorter"
    # Its own checkpoint tells too, unless that is an older one: nothing inside a backup shows that it is not too old.
    assert run("restore", str(copy), "--without-checkpoint")[0] == "restore-not-whole"
    old, new = (name.encode().hex().encode() for name in ("部门", "部间"))
    changed = b"".join(lines["ledger.events"]).replace(old, new)
    for name, rest in lines.items():
        forged(copy, name, b"".join(rest), rows=len(rest))
    forged(copy, "ledger.events", changed)
    refused, printed = run("restore", str(copy), "--without-checkpoint")
    assert refused == "restore-not-whole"
    assert rows(database) == 0


def test_a_backup_of_another_version_is_refused(
    copy: Path, database: str, run: Callable[..., tuple[str, str]]
) -> None:
    """Its tables are not those that this program has."""
    forged(copy, "ledger.commits", b"", columns=["first_leaf"], rows=0)
    refused, printed = run("restore", str(copy), "--without-checkpoint")
    assert refused == "backup-version-differs"
    assert "ledger.commits" in printed
    assert rows(database) == 0


def test_a_backup_is_private_and_never_over_another(home: Home, tmp_path: Path) -> None:
    """Password hashes and lists that are not disclosed are in it."""
    folder = home.folder / "later"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {one.stat().st_mode & 0o777 for one in folder.iterdir()} == {0o600}
    assert not [one for one in home.folder.iterdir() if one.name.startswith(".")]
    with pytest.raises(DomainError, match="backup-target-not-empty"):
        back_up("", folder, NOW)


def test_a_place_where_no_folder_can_be_made_is_named(tmp_path: Path) -> None:
    """Inside a file, say; and a folder that was filled meanwhile is not written over."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DomainError, match="file-unwritable"):
        back_up("", tmp_path / "file" / "backup", NOW)
    taken = whole_folder(tmp_path / "taken", "backup-target-not-empty")
    with pytest.raises(DomainError, match="file-unwritable"), taken:
        (tmp_path / "taken" / "more").mkdir(parents=True)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file", "taken"]


def test_a_backup_that_fails_leaves_nothing(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a ledger, and where the disk is full."""
    with pytest.raises(DomainError, match="ledger-missing"):
        back_up(database, tmp_path / "backup", NOW)
    settings = Settings(mode="development", home=tmp_path / "home", database_url=database)
    initialise(settings)

    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_keep", full)
    with pytest.raises(DomainError, match="file-unwritable"):
        back_up(database, tmp_path / "backup", NOW)
    assert [one.name for one in tmp_path.iterdir()] == ["home"]


def test_a_role_that_serves_backs_up_and_restores(
    home: Home, database: str, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner makes the tables; rows are added like any others."""
    with passing_role(database, "service") as service:
        monkeypatch.setenv("MINGQIAN_MODE", "development")
        monkeypatch.setenv("MINGQIAN_HOME", str(home.folder))
        monkeypatch.setenv("MINGQIAN_DATABASE_URL", service)
        monkeypatch.setenv("MINGQIAN_OWNER_DATABASE_URL", make_conninfo(database))
        kept = ("--checkpoint", home.kept("later"))
        result = CliRunner().invoke(cli.app, ["restore", str(home.folder / "later"), *kept])
        assert result.exit_code == 0, (result.output, result.exception)
        result = CliRunner().invoke(cli.app, ["backup", str(tmp_path / "again")])
        assert result.exit_code == 0, (result.output, result.exception)
        again, later = read_manifest(tmp_path / "again"), read_manifest(home.folder / "later")
        assert again.tables["ledger.events"] == later.tables["ledger.events"]
        assert str(home.settings.keys) in result.output.replace("\n", "")
