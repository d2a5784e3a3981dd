"""How fast the tables of a county's ten years are built anew, and how long 50 people who read lists at once wait for a page.

The ledger holds 1,000,000 events of a registry (`_registry_years`). The pages are asked over HTTP, from another process: by
readers who look at each page for a second on average, as people do, and once more by readers who never pause, which says what
the service can give at most. `python -m mingqian.bench.read EVENTS` measures with fewer events.
"""

from __future__ import annotations

import json
import socket
import sys
import tempfile
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from statistics import median, quantiles
from threading import Thread
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any

import psycopg
import structlog
import uvicorn

from api.app import create_app
from api.parts import Parts, open_parts
from api.server import configuration
from api.settings import Settings
from api.tokens import Claim
from domain import merkle
from ledger import commits
from ledger.embedded import stop_server
from ledger.hashes import leaf_hashes
from mingqian.bench import _registry_years
from mingqian.bench._measuring import apart, bar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.commits import Commit
    from ledger.store import Ledger

EVENTS = 1_000_000
READERS = 50
PAGES = 40  # of each reader
THINKING_SECONDS = 1.0
REBUILT_PER_SECOND = 20_000
PAGE_SECONDS = 0.050
READER = "registrar1"  # of the made-up staff
STEPS = 1_000  # commits that are sealed in one go
COPY_EVENTS = "COPY ledger.events (leaf, version, stream, type, leaf_hash, state) FROM STDIN"
COPY_COMMITS = "COPY ledger.commits (first_leaf, count, link, key, sig) FROM STDIN"


def main(events: int = EVENTS) -> dict[str, Any]:
    """Measure, print one JSON object and give it."""
    with tempfile.TemporaryDirectory(prefix="mingqian-bench-") as folder:
        home = Path(folder)
        apart(_registry_years.write, home / "made", events)
        settings = Settings(mode="development", home=home)
        try:
            with open_parts(settings) as parts:
                _fill(parts, home / "made" / "export" / "events.jsonl")
            result = _measure(settings)
        finally:
            stop_server(home / "postgres")
    print(json.dumps(result, ensure_ascii=False))
    return result


def _fill(parts: Parts, lines: Path) -> None:
    """Put the made events behind the opening of the ledger, ten to a signed commit."""
    with psycopg.connect(parts.dsn) as connection, lines.open("rb") as made:
        next(made)
        with connection.cursor().copy(COPY_EVENTS) as copy:
            for leaf, line in enumerate(made, start=1):
                state = line.rstrip(b"\n")
                event = json.loads(state)
                named = [event[name] for name in ("version", "stream", "type")]
                copy.write_row([leaf, *named, merkle.leaf_hash(state), state])
        connection.commit()
        connection.cursor().execute("ANALYZE ledger.events")
        with connection.cursor().copy(COPY_COMMITS) as copy:
            for commit in _commits(parts.ledger):
                copy.write_row([*vars(commit).values()])
    parts.ledger.publish_checkpoint()


def _commits(ledger: Ledger) -> Iterator[Commit]:
    (count,) = ledger.recorder.select("SELECT max(leaf) + 1 FROM ledger.events", [])[0]
    link, size, per = ledger.commits(0, 1)[0].link, merkle.HASH_SIZE, _registry_years.PER_COMMIT
    for start in range(1, count, STEPS * per):
        hashes = leaf_hashes(ledger.recorder, start, min(count, start + STEPS * per))
        leaves = [hashes[at : at + size] for at in range(0, len(hashes), size)]
        for place in range(0, len(leaves), per):
            part = leaves[place : place + per]
            commit = commits.seal(link, start + place, part, ledger.keys.service)
            link = commit.link
            yield commit


def _measure(settings: Settings) -> dict[str, Any]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    start = perf_counter()
    with open_parts(settings) as parts:
        opened = perf_counter()
        size = parts.projector.catch_up()
        caught = perf_counter()
        parts.projector.rebuild()
        rebuilt = perf_counter()
        with _listening(create_app(parts), settings) as port:
            asked = (port, _token(parts), size)
            paced = apart(read, *asked, THINKING_SECONDS)
            pressing = apart(read, *asked, 0.0)
    rate = round(size / (rebuilt - caught))
    return {
        "bench": "read",
        "events": size,
        "service_starts_seconds": round(opened - start, 2),
        "caught_up_per_second": round(size / (caught - opened)),
        "rebuilt_per_second": rate,
        "readers": READERS,
        "thinking_a_second": paced,
        "without_a_pause": pressing,
        "bars": [
            bar("events per second, tables built anew", rate, REBUILT_PER_SECOND),
            bar(
                f"p99 seconds of a page, {READERS} readers",
                paced["p99"],
                PAGE_SECONDS,
                at_most=True,
            ),
        ],
    }


def _token(parts: Parts) -> str:
    once = parts.accounts.issue(READER)
    parts.accounts.change(READER, once, "示例的长密码-2024")
    account = parts.accounts.get(READER)
    if account is None:
        raise RuntimeError(READER)
    return parts.tokens.give(Claim(staff=READER, serial=account.serial))


@contextmanager
def _listening(app: Any, settings: Settings) -> Iterator[int]:  # noqa: ANN401 - what uvicorn takes
    """Serve on a free port of this process."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(2 * READERS)
        server = uvicorn.Server(configuration(app, settings))
        thread = Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


def read(port: int, token: str, size: int, thinking: float) -> dict[str, float]:
    """Let the readers read, each on a connection of its own: pages per second, median and 99th percentile of the seconds."""
    waits: list[list[float]] = [[] for _ in range(READERS)]
    threads = [
        Thread(target=_reader, args=(port, token, (size, thinking), number, own))
        for number, own in enumerate(waits)
    ]
    start = perf_counter()
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    wall = perf_counter() - start
    every = [one for own in waits for one in own[1:]]  # the first of each opens the connection
    return {
        "pages": len(every),
        "pages_per_second": round(len(every) / wall, 1),
        "median": round(median(every), 4),
        "p99": round(quantiles(every, n=100)[98], 4),
    }


def _reader(port: int, token: str, how: tuple[int, float], number: int, waits: list[float]) -> None:
    random, (size, thinking) = Random(number), how  # noqa: S311 - any pages will do
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {token}"}
    sleep(random.random() * thinking)
    for _ in range(PAGES):
        address = _page(random, size)
        start = perf_counter()
        connection.request("GET", address, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        waits.append(perf_counter() - start)
        if answer.status != 200 or not json.loads(body)["entries"]:  # noqa: PLR2004 - OK
            raise RuntimeError(address, answer.status)
        sleep(
            min(random.expovariate(1 / thinking), 4) if thinking else 0
        )  # before the service hangs up
    connection.close()


def _page(random: Random, size: int) -> str:
    """A page somewhere in the list of entities: as it is, as it was, or of those with a text in their name."""
    after = f"school%3A{1300000000 + random.randrange(_registry_years.ENTITIES // 2)}"
    narrow = random.choice(("", f"&as_of={random.randrange(size // 2, size)}", "&name=1"))
    return f"/registries/entities?limit=50&cursor={after}{narrow}"


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
