"""What the compose file would run, run here: its own commands, environment and health check, on a server of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from tests.deployment import server as postgres
from tests.deployment.composed import compose, health_command, interpolated, services
from tests.deployment.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

READY_WITHIN = 30.0  # seconds, on a machine that is busy with other tests
INIT = (
    "init",
    "--administrator",
    "GL01",
    "--department",
    "SC",
    "--department-name",
    "示例市场监督管理局",
)


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """The containers' places on this machine: volumes and secrets in `directory`, `database` and ports on loopback.

    The socket is in `run`, since its path has to be short.
    """

    directory: Path
    run_directory: Path
    server: Server
    port: int

    def environment(self, name: str) -> dict[str, str]:
        """What a service is given, with every place moved to where it is here."""
        moved = {"MINGQIAN_PORT": str(self.port)}
        for key, value in services()[name]["environment"].items():
            given = interpolated(value, {"MINGQIAN_ORIGIN": "mingqian.example/ledger"})
            moved[key] = self._moved(given)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return moved | {"PATH": path, "PYTHONUNBUFFERED": "1", "HOME": "/nonexistent"}

    def _moved(self, value: str) -> str:
        value = value.replace("@database:5432/", f"@127.0.0.1:{self.server.port}/")
        value = value.replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - the address is replaced here
        for place, moved in (
            ("/run/secrets", self.directory),
            ("/run/mingqian", self.run_directory),
            ("/var/lib/mingqian-prover", self.directory / "vrf-volume"),
            ("/var/lib/mingqian-subjects", self.directory),
            ("/var/lib/mingqian", self.directory / "keys-volume"),
        ):
            value = value.replace(place, str(moved))
        return value

    def start(self, name: str, *instead: str) -> subprocess.Popen[str]:
        """Start a service with its command, or with these arguments in place of its own."""
        program, *arguments = services()[name]["command"]
        return subprocess.Popen(
            [program, *(instead or arguments)],
            env=self.environment(name),
            cwd=self.directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, name: str, *instead: str) -> tuple[int, str]:
        """Run a service to its end: its exit code and what it printed."""
        with self.start(name, *instead) as process:
            output, _ = process.communicate(timeout=READY_WITHIN)
        return process.returncode, output

    def healthy(self, name: str) -> bool:
        """Ask a service's health check, or that of the image, which takes its time like the engine's."""
        own = services()[name].get("healthcheck")
        command = own["test"][1:] if own else health_command()
        environment = self.environment(name)
        asked = subprocess.run(command, env=environment, capture_output=True, check=False)
        return asked.returncode == 0

    @contextmanager
    def running(self, name: str, printed: list[str]) -> Iterator[subprocess.Popen[str]]:
        """Start a service, wait until it is healthy, stop it in order; add what it printed."""
        with self.start(name) as service:
            try:
                deadline = time.monotonic() + READY_WITHIN
                while not (ready := self.healthy(name)) and time.monotonic() < deadline:
                    assert service.poll() is None, service.communicate()[0]
                assert ready, name
                yield service
            finally:
                service.send_signal(signal.SIGTERM)
                printed.append(service.communicate(timeout=READY_WITHIN)[0])
        assert service.returncode in {0, -signal.SIGTERM}, printed[-1]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Debian's server in the place of the service `database`."""
    binaries = postgres.programs()
    if binaries is None:
        pytest.skip("no PostgreSQL server of Debian here: apt-get install postgresql")
    with postgres.running(binaries) as running:
        yield running


@pytest.fixture
def deployment(tmp_path: Path, server: Server) -> Iterator[Deployment]:
    """Secrets as compose mounts them, and empty volumes."""
    for name in compose()["secrets"]:
        # The same in every test, for the role is made once in a server.
        word = server.password + ("" if name == "owner_database_password" else f"-{name}")
        (tmp_path / name).write_text(word + "\n", "utf-8")
        (tmp_path / name).chmod(0o600)
    with TemporaryDirectory(prefix="run-") as run:
        yield Deployment(
            directory=tmp_path,
            run_directory=Path(run),
            server=server,
            port=postgres.free_port(),
        )


def test_the_composed_services_start_become_ready_and_stop(deployment: Deployment) -> None:
    """Refused without keys; a draw key, migrate, init, serve, a backup; restored, it serves again; no secret is printed."""
    code, refusal = deployment.run("service")
    assert code != 0
    assert "key-missing" in refusal
    code, made = deployment.run("prover", "vrf-key", "new")
    assert code == 0, made
    printed = [refusal, made]
    with deployment.running("prover", printed):
        code, first = deployment.run("migrate")
        assert code == 0, first
        code, administrator = deployment.run("migrate", *INIT)
        assert code == 0, administrator
        assert "GL01" in administrator
        code, examined = deployment.run("migrate", "db", "doctor", "--json")
        assert code == 0, examined
        assert all(f"mingqian{one}" in examined for one in ("", "_service", "_prover"))
        folder = str(deployment.directory / "backup")
        with deployment.running("service", printed):
            code, backed_up = deployment.run("service", "backup", folder)
            assert code == 0, backed_up
        postgres.make_database(deployment.server)
        kept = ("--checkpoint", f"{folder}/checkpoint")
        code, restored = deployment.run("migrate", "restore", folder, *kept)
        assert code == 0, restored
        with deployment.running("service", printed):
            pass
    printed += [first, administrator, backed_up, restored]
    for name in compose()["secrets"]:
        word = (deployment.directory / name).read_text("utf-8").strip()
        assert word not in "".join(printed)
    assert "Traceback" not in "".join(printed)


def test_a_wrong_password_is_refused_in_one_line(deployment: Deployment) -> None:
    """Nobody has to read a stack of calls, and the password stays out of the log."""
    (deployment.directory / "owner_database_password").write_text("not-the-one\n", "utf-8")
    code, refusal = deployment.run("migrate")
    assert code != 0
    assert "database-unavailable" in refusal
    assert "Traceback" not in refusal
    assert "not-the-one" not in refusal
