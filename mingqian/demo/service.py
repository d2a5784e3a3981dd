"""A service of its own for the demonstration: fresh keys, a fresh database, a free port, a clock that can be moved."""

from __future__ import annotations

import atexit
import logging
import shutil
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from threading import Thread
from typing import TYPE_CHECKING

import httpx
import structlog
import uvicorn

from api.app import create_app
from api.parts import Parts, enter_first_administrator, open_parts
from api.settings import Settings
from domain.organisation import AddDepartment, AddStaff
from mingqian.demo.clock import StoryClock
from mingqian.demo.people import ADMINISTRATOR, DEPARTMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI


FIRST_DAY = "2024-01-08"
ORIGIN = "mingqian.example/qinghe-2024-demo"
START_SECONDS = 60
STOP_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class Service:
    """The running service: where it listens, what it is made of, and how its first administrator logs in."""

    url: str
    parts: Parts
    clock: StoryClock
    one_time_password: str


@contextmanager
def running() -> Iterator[Service]:
    """Run the service until the block ends; nothing of it is left when the program ends."""
    home = _temporary_home()
    clock = StoryClock(home / "clock", FIRST_DAY)
    settings = Settings(
        mode="development",
        home=home,
        database_url=None,  # said here, so that no setting of the environment leads to a real ledger
        key_directory=None,
        clock_file=home / "clock",
        origin=ORIGIN,
    )
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with open_parts(settings) as parts, _listening(create_app(parts)) as url:
        httpx.get(f"{url}/readyz", timeout=START_SECONDS, trust_env=False).raise_for_status()
        password = enter_first_administrator(
            parts,
            AddDepartment(id="education", name=DEPARTMENTS["education"], collates=False),
            AddStaff(
                id=ADMINISTRATOR,
                department="education",
                roles=("administrator",),
                personal={"name": "示例管理员"},
            ),
        )
        yield Service(url=url, parts=parts, clock=clock, one_time_password=password)


def _temporary_home() -> Path:
    """A folder that the database's own user can reach; removed after the database has stopped, at the very end."""
    home = Path(mkdtemp(prefix="mingqian-demo-"))
    home.chmod(0o755)
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return home


@contextmanager
def _listening(app: FastAPI) -> Iterator[str]:
    """Serve on a free port of this machine; the port is open before the service is, so the first request waits."""
    # With the protocol named, asyncio sends small answers at once (TCP_NODELAY); without, each waits 40 ms.
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
        thread = Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(STOP_SECONDS)
