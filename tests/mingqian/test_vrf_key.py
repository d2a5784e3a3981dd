"""The keys that prove draws as their holder and an administrator handle them, and the draw process as a program."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

from api.parts import enter_first_administrator, initialise, new_vrf_key, open_parts
from api.settings import Settings
from domain.errors import DomainError
from domain.organisation import AddDepartment, AddStaff
from ledger import keys as key_files
from ledger.prover_socket import RemoteProver
from ledger.vrf_folder import make_passphrase
from mingqian.prover import open_holder
from tests.roles import passing_role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]


def test_a_key_is_made_enrolled_listed_and_revoked(home: Settings, run: Callable[..., str]) -> None:
    """By its holder first, then by an administrator, whose acts stand on the ledger."""
    with open_parts(home) as parts:
        first = parts.ledger.genesis.vrf_key
        enter_first_administrator(
            parts,
            AddDepartment(id="edu", name="示例教育局", collates=False),
            AddStaff(id="admin", department="edu", roles=("administrator",), personal={}),
        )
    second, proof = run("vrf-key", "new").split()
    assert states(run) == {first: ["0", "serves", "-"]}
    run("vrf-key", "enrol", second, proof, "--as", "admin")
    assert states(run) == {first: ["0", "enrolled", "-"], second: ["5", "serves", "-"]}
    with pytest.raises(DomainError, match="unknown-staff"):
        run("vrf-key", "revoke", first, "--reason", "示例", "--as", "nobody")
    run("vrf-key", "revoke", second, "--reason", "误登记", "--as", "admin")
    assert states(run) == {first: ["0", "serves", "-"], second: ["5", "revoked", "-"]}
    run("vrf-key", "revoke", first, "--reason", "示例", "--as", "admin")
    assert [state for _, state, _ in states(run).values()] == ["revoked", "revoked"]


def states(run: Callable[..., str]) -> dict[str, list[str]]:
    """What `vrf-key list` says of each key."""
    lines = [line.split("\t") for line in run("vrf-key", "list").splitlines() if "\t" in line]
    return {key: more for key, *more in lines}


@pytest.fixture
def apart(database: str, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a draw process in production; with a role of its own."""
    make_passphrase(tmp_path / "passphrase")
    with (
        passing_role(database, "prover") as reading,
        TemporaryDirectory(prefix="prover-") as folder,
    ):
        yield Settings(
            mode="production",
            key_directory=tmp_path / "apart",
            vrf_passphrase_file=tmp_path / "passphrase",
            prover_socket=Path(folder) / "prover.sock",
            prover_database_url=reading,
        )


def changed(settings: Settings, **changes: Any) -> Settings:  # noqa: ANN401 - any setting
    """The same settings but for these."""
    return Settings(**{**settings.model_dump(), **changes})


def test_the_draw_process_serves_a_first_start_and_ends_in_order(
    apart: Settings, database: str, tmp_path: Path
) -> None:
    """It is there before the ledger is, whose leaf 0 names its key; SIGTERM ends it, and the socket is gone."""
    public_key, socket = new_vrf_key(apart), apart.prover_socket
    assert socket is not None
    environment = {
        f"MINGQIAN_{name.upper()}": str(value)
        for name, value in apart.model_dump().items()
        if value not in {None, ()}
    }
    with subprocess.Popen(
        [sys.executable, "-m", "mingqian", "prover"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        lines = [json.loads(process.stdout.readline()) for _ in range(2)]
        try:
            with passing_role(database, "service") as service:
                office = changed(
                    apart,
                    key_directory=tmp_path / "keys",
                    vrf_passphrase_file=None,
                    database_url=service,
                    owner_database_url=database,
                )
                initialise(office)
                with open_parts(office) as parts:
                    assert parts.ledger.genesis.vrf_key == public_key.hex()
            assert RemoteProver(socket).public_keys() == (public_key,)
        finally:
            process.send_signal(signal.SIGTERM)
    assert [line["event"] for line in lines] == ["ledger-not-read", "prover-ready"]
    assert lines[1]["keys"] == [public_key.hex()]
    assert process.returncode == 0
    assert not socket.exists()


def refusal(act: Callable[[], object]) -> str:
    """The code of a refusal."""
    with pytest.raises(DomainError) as caught:
        act()
    return caught.value.code


def test_a_draw_process_without_its_means_does_not_start(
    apart: Settings, tmp_path: Path, run: Callable[..., str]
) -> None:
    """No key, no passphrase, another passphrase, no database, no socket: each is said at the start."""
    assert refusal(lambda: open_holder(apart)) == "vrf-key-missing"
    new_vrf_key(apart)
    assert refusal(lambda: open_holder(changed(apart, vrf_passphrase_file=None))) == "key-missing"
    make_passphrase(tmp_path / "other")
    other = changed(apart, vrf_passphrase_file=tmp_path / "other")
    assert refusal(lambda: open_holder(other)) == "vrf-key-unreadable"
    nowhere = changed(apart, prover_database_url=None)
    assert refusal(lambda: open_holder(nowhere)) == "database-url-missing"
    assert refusal(lambda: run("prover")) == "prover-missing"


def test_a_draw_process_that_is_not_apart_does_not_start(
    apart: Settings, database: str, home: Settings
) -> None:
    """It can read a key of the service, or write to the ledger."""
    new_vrf_key(apart)
    initialise(changed(home, prover_database_url=apart.prover_database_url))
    assert open_holder(apart).catch_up() == 1
    mighty = changed(apart, prover_database_url=database)
    assert refusal(lambda: open_holder(mighty)) == "prover-not-apart"
    key_files.generate(apart.keys)
    assert refusal(lambda: open_holder(apart)) == "prover-not-apart"
