"""The projector: it walks the ledger and keeps the tables up with it, each batch and its position in one transaction.

Any number of processes may run one. An advisory lock lets one at a time move the live tables; each first folds what
others have already written, so whoever comes next goes on where the last one stopped, and a crash loses nothing.
"""

from __future__ import annotations

from contextlib import contextmanager
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Protocol, Self

from psycopg.errors import LockNotAvailable
from psycopg_pool import ConnectionPool

from domain.errors import DomainError
from ledger.database import POOL_TIMEOUT_SECONDS, is_away
from projections import comparison, schema
from projections.batch import Batch
from projections.fold import Fold
from projections.schema import COMPARE, LIVE, REBUILD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Event
    from types import TracebackType

    from psycopg import Connection
    from psycopg.rows import TupleRow

    from ledger.entries import Entry
    from projections.comparison import Difference

BATCH = 2000
LARGE_BATCH = 10_000  # where nobody waits for each; fewer rows give way to later ones
WAKE_SECONDS = 0.2  # how long `run` goes without looking at its stop event


class Leaves(Protocol):
    """What is projected: the ledger, or whatever reads its leaves."""

    def read(self, from_leaf: int, limit: int) -> list[Entry]:
        """Give up to `limit` entries from this leaf on."""
        ...


class Projector:
    """Keeps the tables of schema `projections`. Safe among threads and processes; close it after use."""

    def __init__(self, dsn: str, leaves: Leaves) -> None:
        self._leaves = leaves
        self._fold = Fold()
        self._mutex = Lock()
        self._pool: ConnectionPool[Connection[TupleRow]] = ConnectionPool(
            dsn,
            min_size=1,
            max_size=4,
            timeout=POOL_TIMEOUT_SECONDS,
            check=ConnectionPool.check_connection,
            open=True,
        )

    def position(self) -> int:
        """The number of leaves that the tables tell."""
        with self._pool.connection() as connection:
            return schema.position(connection).size

    def catch_up(self) -> int:
        """Project everything that the ledger holds and give the position.

        Raises DomainError: "projections-ahead", or what is wrong with a leaf that cannot be read.
        """
        self._modernise()
        while self._advance():
            pass
        return self.position()

    def run(self, stop: Event, wait: Callable[[int, float], object]) -> None:
        """Keep up until `stop` is set; `wait(size, seconds)` returns when there are more leaves.

        A database that goes away is waited for; whatever else is wrong is raised.
        """
        while not stop.is_set():
            try:
                wait(self.catch_up(), WAKE_SECONDS)
            except Exception as error:
                if not is_away(error):
                    raise
                stop.wait(WAKE_SECONDS)

    def wait_for(self, position: int, timeout: float) -> bool:
        """See to it that the tables tell this many leaves; False if they do not after `timeout` seconds.

        Whoever waits does the work, if nobody else is doing it: no reader depends on a loop elsewhere.
        """
        deadline = monotonic() + timeout
        while self.position() < position:
            left = deadline - monotonic()
            if left <= 0 or not (self._advance(left) or self.position() >= position):
                return False
        return True

    def rebuild(self) -> None:
        """Build all tables anew beside the live ones and swap them in one transaction."""
        with self._beside(REBUILD) as connection:
            schema.swap(connection, REBUILD)

    def compare(self) -> tuple[Difference, ...]:
        """Project the ledger a second time, up to the live position, and tell every row that differs."""
        with self._beside(COMPARE) as connection:
            found = comparison.differences(connection, LIVE, COMPARE)
            schema.clear(connection, COMPARE)
        return found

    def close(self) -> None:
        """Give all connections back."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def _modernise(self) -> None:
        """Where the tables in the database are those of another version of the code, build them anew."""
        with self._pool.connection() as connection:
            design = schema.position(connection).design
        if design != schema.DESIGN:
            self.rebuild()

    def _advance(self, timeout: float | None = None) -> bool:
        """Project one batch; False if there was nothing to project, or the turn did not come in time."""
        if not self._mutex.acquire(timeout=-1 if timeout is None else timeout):
            return False
        try:
            if not self._fold.size:  # a long first reading need not keep others waiting
                self._follow(self.position())
            with self._pool.connection() as connection, _turn(connection, timeout):
                stored = schema.position(connection).size
                self._follow(stored)
                return bool(self._project(connection, LIVE, self._fold, BATCH))
        except LockNotAvailable:
            return False
        finally:
            self._mutex.release()

    def _follow(self, stored: int) -> None:
        """Fold, without writing, up to the position that the tables have."""
        if self._fold.size > stored:  # a batch was folded and then not written
            self._fold = Fold()
        while (missing := stored - self._fold.size) > 0:
            entries = self._leaves.read(self._fold.size, min(missing, BATCH))
            if not entries:
                detail = f"投影 {stored} > 账本 {self._fold.size}：请重建投影 / tables are ahead of the ledger: rebuild them"
                raise DomainError("projections-ahead", detail)
            for entry in entries:
                self._fold.apply(entry)

    def _project(self, connection: Connection[TupleRow], name: str, fold: Fold, limit: int) -> int:
        """Write up to `limit` further leaves into a schema; give their number."""
        batch = Batch()
        entries = self._leaves.read(fold.size, limit)
        for entry in entries:
            batch.add(fold.apply(entry))
        if entries:
            batch.write(connection.cursor(), name)
        return len(entries)

    @contextmanager
    def _beside(self, name: str) -> Iterator[Connection[TupleRow]]:
        """A second set of tables that tells as many leaves as the live one, while the live one stands still.

        One transaction throughout: if it fails, there is no trace of it.
        """
        fold = Fold()
        with self._pool.connection() as connection, connection.transaction():
            schema.lock(connection, schema.BESIDE)
            schema.clear(connection, name)
            schema.create(connection, name)
            self._fill(connection, name, fold)
            schema.lock(connection, schema.MOVE)
            self._fill(connection, name, fold)
            yield connection

    def _fill(self, connection: Connection[TupleRow], name: str, fold: Fold) -> None:
        live = schema.position(connection).size
        while (missing := live - fold.size) > 0:
            if not self._project(connection, name, fold, min(missing, LARGE_BATCH)):
                return


@contextmanager
def _turn(connection: Connection[TupleRow], timeout: float | None) -> Iterator[None]:
    """A transaction in which nobody else moves the tables; raises LockNotAvailable after `timeout` seconds."""
    with connection.transaction():
        if timeout is not None:
            milliseconds = str(max(1, int(timeout * 1000)))
            connection.execute("SELECT set_config('lock_timeout', %s, true)", [milliseconds])
        schema.lock(connection, schema.MOVE)
        yield
