"""Settings: safe by default, refused with their names, and no development in production."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.parts import enter_first_administrator, initialise, open_parts
from api.settings import PREFIX, Settings, read_settings
from domain.errors import DomainError
from domain.organisation import AddDepartment, AddStaff

if TYPE_CHECKING:
    from collections.abc import Callable

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


def refusal(act: Callable[[], object]) -> DomainError:
    """The refusal of an act."""
    with pytest.raises(DomainError) as caught:
        act()
    return caught.value


def production(dsn: str, home: Path) -> Settings:
    """What a county sets."""
    return Settings(mode="production", home=home, database_url=dsn)


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
    database: str, tmp_path: Path
) -> None:
    """Without keys it refuses; after `initialise` it opens, and doing that twice changes nothing."""
    settings = production(database, tmp_path)
    assert refusal(lambda: open_parts(settings).__enter__()).code == "key-missing"
    initialise(settings)
    initialise(settings)
    with open_parts(settings) as parts:
        assert parts.ledger.size() == 1


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
    opening = open_parts(production(database, tmp_path))
    assert refusal(opening.__enter__).code == "ledger-of-development"


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
