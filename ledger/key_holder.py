"""The holder of the keys that prove draws, apart from the service: it proves what the ledger lets it, and nothing else.

It reads the ledger from the database itself and needs nobody's word. With the key, whoever knows some of the sources could
try what the others would bring; so it answers only for a draw whose commitment is covered by a checkpoint, whose sources
have all arrived and prove themselves, and for the one `alpha` that follows from them.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg
import structlog

from domain.canonical import canon
from domain.draw_commands import DrawCommitted
from domain.draw_state import Draw
from domain.errors import DomainError
from domain.history import History
from domain.lottery.assignment_bundle import AssignmentCommitment, assignment_commitment_from_json
from domain.lottery.commitment import Commitment, commitment_from_json
from domain.lottery.entropy import Drand, Lottery, all_randomness, drand_signatures
from domain.lottery.seed import alpha_of
from ledger import entries
from ledger.prover import CHECKS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg import Connection
    from psycopg.rows import TupleRow

    from domain.facts import Asked
    from ledger.prover import Prover

    Fixed: TypeAlias = Commitment | AssignmentCommitment

MAY_WRITE = "SELECT has_table_privilege('ledger.events', 'INSERT, UPDATE, DELETE, TRUNCATE')"
CONNECT_SECONDS = 5

logger = structlog.get_logger("mingqian.prover")


class KeyHolder:
    """Answers as a `Prover`, each time after it caught up with the ledger. Safe among threads.

    `keys` proves what this holder lets through. With `reads_only`, a database role that could also write is refused.
    """

    def __init__(self, keys: Prover, dsn: str, *, reads_only: bool) -> None:
        self._keys = keys
        self._dsn = dsn
        self._reads_only = reads_only
        self._history = History()
        self._tip = b""
        self._mutex = Lock()

    def public_keys(self) -> tuple[bytes, ...]:
        """The public halves of the keys that are held, ascending."""
        return self._keys.public_keys()

    def prove(self, asked: Asked) -> tuple[bytes, bytes]:
        """Give (pi, beta), if everything that was asked fits the ledger.

        Raises DomainError: "prover-refused", and what `catch_up` and the keys raise.
        """
        with self._mutex:
            self._catch_up()
            try:
                _require_due(asked, self._history)
            except DomainError as refusal:
                logger.warning("proof-refused", draw_id=asked.draw_id, why=refusal.code)
                if refusal.code == "prover-refused":
                    raise
                raise _refused(str(refusal)) from None
        answer = self._keys.prove(asked)
        logger.info("proof-given", draw_id=asked.draw_id, alpha=asked.alpha.hex())
        return answer

    def catch_up(self) -> int:
        """Read what was recorded since, and give the number of leaves read in all.

        Raises DomainError: "prover-unavailable", "prover-not-apart", or "prover-refused" for a ledger that is not the one
        that was read before.
        """
        with self._mutex:
            self._catch_up()
            return self._history.size

    def _catch_up(self) -> None:
        try:
            with psycopg.connect(self._dsn, connect_timeout=CONNECT_SECONDS) as connection:
                connection.read_only = True
                if self._reads_only:
                    _require_no_writer(connection)
                self._read_on(connection)
        except psycopg.Error as error:
            detail = f"抽取进程读不到账本 / the draw process cannot read the ledger: {type(error).__name__}"
            raise DomainError("prover-unavailable", detail) from None

    def _read_on(self, connection: Connection[TupleRow]) -> None:
        """Begin at the last leaf that is known: it must stand there as it did."""
        while True:
            known = self._history.size
            start = max(known - 1, 0)
            with connection.cursor(binary=True) as cursor:
                rows = cursor.execute(entries.SELECT_ENTRIES, [start, entries.BATCH]).fetchall()
            batch = list(entries.from_rows(rows, start))
            if known and (not batch or batch[0].leaf_hash != self._tip):
                raise _refused(
                    "账本与先前读到的不同 / the ledger is not the one that was read before"
                )
            for entry in batch[known - start :]:
                self._history.apply(entry.recorded())
                self._tip = entry.leaf_hash
            if len(batch) < entries.BATCH:
                return


def _require_no_writer(connection: Connection[TupleRow]) -> None:
    if connection.execute(MAY_WRITE).fetchone() != (False,):
        detail = "抽取进程的数据库账号可以改写账本，只应有读取权 / its database role could write to the ledger: it may only read"
        raise DomainError("prover-not-apart", detail)


def _require_due(asked: Asked, history: History) -> None:
    """Refuse what does not follow from the ledger, or does not follow from it yet."""
    draw = history.get(Draw, asked.draw_id)
    if draw is None or draw.committed is None or draw.covered_at is None:
        raise _refused("没有已被检查点覆盖的这次抽取 / no checkpoint covers such a draw")
    if draw.computed is not None:
        raise _refused("名单已经算出 / the list was computed already")
    fixed: Fixed
    if isinstance(draw.committed, DrawCommitted):
        fixed = commitment_from_json(dict(draw.committed.commitment))
    else:
        fixed = assignment_commitment_from_json(dict(draw.committed.commitment))
    if asked.vrf_key != fixed.vrf_key:
        raise _refused("vrf_key: 不是承诺中的密钥 / not the key of the commitment")
    entropy = [dict(one) for one in asked.entropy]
    if asked.alpha != alpha_of(fixed.digest(), all_randomness(fixed.sources, entropy)):
        raise _refused("alpha: 与承诺和各来源不符 / does not follow from commitment and sources")
    for index, revealed in enumerate(entropy):
        _require_arrived(draw, index, revealed)


def _require_arrived(draw: Draw, index: int, revealed: Mapping[str, Any]) -> None:
    """What is on the ledger already is asked as it stands there; what is new must show that it is right."""
    place, source = f"entropy[{index}]", draw.sources[index]
    if index in draw.revealed:
        if canon(dict(draw.revealed[index])) != canon(revealed):
            raise _refused(f"{place}: 与账本所记不同 / not what the ledger has")
        return
    if isinstance(source, Drand):
        if not CHECKS.drand(source, *drand_signatures(source, revealed, place)):
            detail = f"{place}: drand 签名不成立 / the signature does not hold"
            raise DomainError("drand-signature-invalid", detail)
    elif isinstance(source, Lottery):
        # A number of a witness fits its hash, or `all_randomness` refused it; numbers of a lottery need two people.
        entered = [canon({"numbers": numbers}) for _, numbers in draw.entries.get(index, ())]
        if canon(revealed) not in entered:
            raise _refused(
                f"{place}: 账本上尚无人录入 / nobody entered these numbers on the ledger"
            )


def _refused(why: str) -> DomainError:
    return DomainError("prover-refused", why)
