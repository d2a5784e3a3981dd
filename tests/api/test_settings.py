"""Settings: safe by default, refused with their names, and no development in production."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api.parts import (
    enter_first_administrator,
    initialise,
    make_tables,
    new_vrf_key,
    open_parts,
    prover_dsn_of,
    prover_of,
    vrf_folder_of,
)
from api.settings import PREFIX, Settings, read_settings
from domain.errors import DomainError
from domain.organisation import AddDepartment, AddStaff
from ledger.key_holder import KeyHolder
from ledger.prover import HeldKeys
from ledger.vrf_folder import VrfFolder, make_passphrase
from tests.ledger.proving import draw_process
from tests.roles import passing_role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


def refusal(act: Callable[[], object]) -> DomainError:
    """The refusal of an act."""
    with pytest.raises(DomainError) as caught:
        act()
    return caught.value


def production(dsn: str, home: Path, **more: Any) -> Settings:  # noqa: ANN401 - any setting
    """What a county sets; the draw process is among `more`."""
    return Settings(mode="production", home=home, database_url=dsn, **more)


@pytest.fixture
def apart(tmp_path: Path) -> VrfFolder:
    """The folder of a draw process, out of the service's sight."""
    make_passphrase(tmp_path / "apart" / "passphrase")
    return VrfFolder(tmp_path / "apart" / "vrf", tmp_path / "apart" / "passphrase")


@pytest.fixture
def prover_socket(apart: VrfFolder, database: str) -> Iterator[Path]:
    """Where a draw process listens that has these keys."""
    with draw_process(KeyHolder(HeldKeys(apart), database, reads_only=False)) as process:
        yield process.socket


def test_production_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sets nothing gets the strict mode, on this machine only."""
    monkeypatch.delenv(f"{PREFIX}MODE", raising=False)
    settings = read_settings()
    assert (settings.mode, settings.host) == ("production", "127.0.0.1")


def test_a_clock_file_is_refused_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time from a file is for demonstrations."""
    monkeypatch.setenv(f"{PREFIX}MODE", "production")
    monkeypatch.setenv(f"{PREFIX}CLOCK_FILE", "clock")
    assert refusal(read_settings).code == "development-setting-in-production"


def test_a_wrong_setting_is_named_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A password may stand where a number was expected."""
    monkeypatch.setenv(f"{PREFIX}PORT", "geheim")
    error = refusal(read_settings)
    assert error.code == "settings-invalid"
    assert f"{PREFIX}PORT" in error.detail
    assert "geheim" not in error.detail


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    """By its full name, in the table of docs/operations.md."""
    assert f"`{PREFIX}{name.upper()}`" in OPERATIONS.read_text("utf-8")


def test_production_starts_on_what_was_made_before_and_makes_nothing(
    database: str, tmp_path: Path, apart: VrfFolder, prover_socket: Path
) -> None:
    """Without keys it refuses; after `initialise` it opens, and doing that twice changes nothing."""
    with passing_role(database, "service") as service:
        settings = production(
            service, tmp_path, owner_database_url=database, prover_socket=prover_socket
        )
        assert refusal(lambda: open_parts(settings).__enter__()).code == "key-missing"
        vrf_key = apart.new()
        initialise(settings)
        initialise(settings)
        with open_parts(settings) as parts:
            assert parts.ledger.size() == 1
            assert parts.ledger.genesis.vrf_key == vrf_key.hex()
        assert not settings.vrf_keys.exists()


def test_production_does_not_serve_as_the_owner(
    database: str, tmp_path: Path, apart: VrfFolder, prover_socket: Path
) -> None:
    """It makes the tables, and could therefore rewrite them; nor does it migrate as anybody else."""
    apart.new()
    settings = production(database, tmp_path, prover_socket=prover_socket)
    assert refusal(lambda: initialise(settings)).code == "database-url-missing"
    initialise(
        production(database, tmp_path, owner_database_url=database, prover_socket=prover_socket)
    )
    error = refusal(lambda: open_parts(settings).__enter__())
    assert error.code == "database-role-too-strong"
    assert "SUPERUSER" in error.detail


def test_leaf_0_names_the_one_key_of_the_draw_process(
    database: str, tmp_path: Path, apart: VrfFolder, prover_socket: Path
) -> None:
    """None is made for it, and none is chosen among several."""
    settings = production(
        database, tmp_path, owner_database_url=database, prover_socket=prover_socket
    )
    assert refusal(lambda: initialise(settings)).code == "vrf-key-missing"
    apart.new()
    apart.new()
    assert refusal(lambda: initialise(settings)).code == "vrf-key-ambiguous"
    assert not settings.keys.exists()


def test_production_does_not_run_without_a_draw_process(database: str, tmp_path: Path) -> None:
    """Neither the first time nor later."""
    settings = production(database, tmp_path)
    assert refusal(lambda: initialise(settings)).code == "prover-missing"
    assert refusal(lambda: prover_of(settings)).code == "prover-missing"
    nobody = production(
        database, tmp_path, owner_database_url=database, prover_socket=tmp_path / "nobody"
    )
    assert refusal(lambda: initialise(nobody)).code == "prover-unavailable"


def test_production_refuses_to_read_what_the_draw_process_alone_may(
    database: str, tmp_path: Path, apart: VrfFolder
) -> None:
    """The folder of the keys, and the file of their passphrase."""
    apart.new()
    socket, passphrase = tmp_path / "nobody", tmp_path / "apart" / "passphrase"
    sees_folder = production(
        database, tmp_path, key_directory=tmp_path / "apart", prover_socket=socket
    )
    sees_passphrase = production(
        database, tmp_path, vrf_passphrase_file=passphrase, prover_socket=socket
    )
    for settings, path in ((sees_folder, sees_folder.vrf_keys), (sees_passphrase, passphrase)):
        error = refusal(lambda one=settings: prover_of(one))  # type: ignore[misc]
        assert error.code == "prover-not-apart"
        assert str(path) in error.detail


def test_development_proves_in_its_own_process_with_encrypted_keys(
    database: str, tmp_path: Path
) -> None:
    """Key and passphrase are made where there are none; a second key is found without a new start."""
    settings = Settings(mode="development", home=tmp_path, database_url=database)
    with open_parts(settings) as parts:
        (first,) = vrf_folder_of(settings)
        assert parts.ledger.genesis.vrf_key == first.hex()
        second = new_vrf_key(settings)
        assert prover_of(settings).public_keys() == tuple(sorted((first, second)))
    assert (settings.keys / "vrf.passphrase").stat().st_mode & 0o777 == 0o600


def test_production_names_the_passphrase_and_the_reading_role(
    database: str, tmp_path: Path
) -> None:
    """Neither is made up: the one is a secret, the other must not be that of the service."""
    settings = production(database, tmp_path)
    assert refusal(lambda: vrf_folder_of(settings)).code == "key-missing"
    assert refusal(lambda: prover_dsn_of(settings)).code == "database-url-missing"


def test_production_does_not_make_a_database_of_its_own(tmp_path: Path) -> None:
    """The embedded server lets in whoever can reach its socket."""
    settings = Settings(mode="production", home=tmp_path)
    assert refusal(lambda: initialise(settings)).code == "database-url-missing"
    assert not (tmp_path / "postgres").exists()


def test_a_ledger_of_development_does_not_run_in_production(database: str, tmp_path: Path) -> None:
    """Leaf 0 says how it began."""
    development = Settings(mode="development", home=tmp_path, database_url=database)
    with open_parts(development):
        pass
    with passing_role(database, "service") as service:
        make_tables(production(service, tmp_path, owner_database_url=database))
        opening = open_parts(production(service, tmp_path))
        assert refusal(opening.__enter__).code == "ledger-of-development"


def test_a_store_of_keys_that_others_may_read_stops_the_start(
    database: str, tmp_path: Path
) -> None:
    """Like any other key file; and one that is lost is not replaced by an empty one."""
    settings = Settings(mode="development", home=tmp_path, database_url=database)
    with open_parts(settings):
        assert settings.subject_keys == tmp_path / "keys" / "subjects.sqlite"
    settings.subject_keys.chmod(0o644)
    assert refusal(open_parts(settings).__enter__).code == "key-file-permissions"
    settings.subject_keys.unlink()
    assert refusal(open_parts(settings).__enter__).code == "key-missing"


def test_the_first_administrator_is_entered_once(database: str, tmp_path: Path) -> None:
    """With a one-time password that nobody has chosen."""
    settings = Settings(mode="development", home=tmp_path, database_url=database)
    department = AddDepartment(id="edu", name="示例教育局", collates=False)
    staff = AddStaff(id="admin", department="edu", roles=("administrator",), personal={})
    with open_parts(settings) as parts:
        word = enter_first_administrator(parts, department, staff)
        assert parts.accounts.login("admin", word).one_time
        again = refusal(lambda: enter_first_administrator(parts, department, staff))
        assert again.code == "administrator-exists"


@pytest.mark.parametrize(
    "addresses",
    [
        "ftp://tsa.example",
        "tsa.example",
        "https://user:secret@tsa.example",
        "https://tsa.example/a https://tsa.example/b",
    ],
)
def test_an_authority_is_an_http_address_of_a_host_of_its_own(
    monkeypatch: pytest.MonkeyPatch, addresses: str
) -> None:
    """Its host names it in exports, so there is one address for each and no password in any."""
    monkeypatch.setenv(f"{PREFIX}TIMESTAMP_URL", addresses)
    monkeypatch.setenv(f"{PREFIX}TIMESTAMP_CERTIFICATES_FILE", "roots.pem")
    error = refusal(read_settings)
    assert error.code == "settings-invalid"
    assert f"{PREFIX}TIMESTAMP_URL" in error.detail
    assert "secret" not in error.detail


def test_time_stamps_need_the_certificates_to_judge_them_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An answer that nobody can verify is worth nothing."""
    monkeypatch.setenv(f"{PREFIX}TIMESTAMP_URL", "https://tsa.example http://other.example/tsr")
    error = refusal(read_settings)
    assert error.code == "settings-invalid"
    assert f"{PREFIX}TIMESTAMP_CERTIFICATES_FILE" in error.detail
    monkeypatch.setenv(f"{PREFIX}TIMESTAMP_CERTIFICATES_FILE", "roots.pem")
    assert len(read_settings().timestamp_url) == 2
