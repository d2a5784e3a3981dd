"""Every refusal is a problem with a page, a status and a test; what nobody expected tells nothing."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from psycopg.sql import SQL, Identifier

from api.door import Door
from api.problems import PAGES, STATUSES, page_of, status_of, title_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.serving import Service

ROOT = Path(__file__).parents[2]
RAISED = re.compile(r'(?:DomainError|problem)\(\s*"([a-z]+(?:-[a-z]+)*)"')
SOURCES = "\n".join(path.read_text("utf-8") for path in (ROOT / "api").glob("*.py"))
TESTS = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests" / "api").glob("*.py"))
CODES = sorted(set(RAISED.findall(SOURCES)))


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_api_is_tested_and_explained(code: str) -> None:
    """A page that begins with the code, two titles, and a test that names it."""
    page = page_of(code)
    assert page is not None
    assert page.startswith(f"# {code}\n")
    assert " / " in title_of(code)
    assert f'"{code}"' in TESTS


@pytest.mark.parametrize("code", sorted(STATUSES))
def test_every_code_with_a_status_of_its_own_is_explained(code: str) -> None:
    """The table names no code that nobody explains."""
    assert (PAGES / f"{code}.md").is_file()


def test_a_code_without_a_status_of_its_own_is_unprocessable_or_not_found() -> None:
    """`unknown-…` is 404, all else 422."""
    assert (status_of("unknown-task"), status_of("date-invalid")) == (404, 422)


def test_a_fault_of_the_program_tells_nothing() -> None:
    """500, a code, and neither the message nor the place of the fault."""
    app = FastAPI()
    app.add_middleware(Door)

    @app.get("/")
    def fail() -> None:
        raise RuntimeError("13800000000")

    async def ask() -> httpx.Response:
        here = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=here, base_url="http://here") as client:
            return await client.get("/")

    answer = asyncio.run(ask())
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert "13800000000" not in answer.text
    assert "Traceback" not in answer.text


@pytest.fixture
def without_database(service: Service) -> Iterator[Service]:
    """A running service whose database refuses everybody."""
    name = psycopg.conninfo.conninfo_to_dict(service.owner)["dbname"]
    elsewhere = psycopg.conninfo.make_conninfo(service.owner, dbname="postgres")
    allow = SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with psycopg.connect(elsewhere, autocommit=True) as connection:
        connection.execute(allow.format(Identifier(str(name)), SQL("false")))
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        yield service
        connection.execute(allow.format(Identifier(str(name)), SQL("true")))


def test_a_lost_database_is_said_to_be_away(without_database: Service) -> None:
    """503 with the time to wait; no SQL, no address of the database."""
    answer = without_database.http.post("/sessions", json={"staff": "admin", "password": "x"})
    assert (answer.status_code, answer.json()["code"]) == (503, "database-unavailable")
    assert answer.headers["Retry-After"] == "5"
    assert "postgres" not in answer.text.lower()
