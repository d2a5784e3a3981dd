"""An authority is asked to stamp each new checkpoint: by a thread of its own, which holds up nothing and is late at worst.

Only the newest checkpoint is stamped, for it covers whatever the ones before it do. What the authority answers is kept if
it verifies, and logged if not. Source: RFC 3161, 3.4 (Time-Stamp Protocol via HTTP).
"""

from __future__ import annotations

from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING

import httpx
import structlog

from domain.errors import DomainError
from ledger import timestamps
from ledger.timestamps import Stamp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from threading import Event

    from cryptography.x509 import Certificate

    from ledger.store import Ledger

POLL_SECONDS = 5.0
REST_SECONDS = (
    60.0  # between two tokens: authorities are shared, and a token covers what came before it
)
LONGEST_PAUSE = 600.0  # between two tries at one that fails
PATIENCE = 15.0  # seconds: for a connection, for each piece of an answer, and for the whole of it
QUERY_TYPE = "application/timestamp-query"

logger = structlog.get_logger("mingqian.timestamps")


class Timestamper:
    """Has one authority stamp the newest checkpoint, and then waits for the next."""

    def __init__(self, ledger: Ledger, url: str, trusted: Sequence[Certificate]) -> None:
        self._ledger = ledger
        self._url = url
        self._trusted = trusted
        self.authority = authority_of(url)

    def run(self, stop: Event) -> None:
        """Go on until stopped; what the authority does wrong is logged, what the database raises is raised."""
        failures = 0
        with httpx.Client(timeout=PATIENCE) as http:
            while not stop.is_set():
                try:
                    pause = REST_SECONDS if self.stamp(http) else POLL_SECONDS
                    failures = 0
                except DomainError as refusal:
                    failures += 1
                    pause = min(LONGEST_PAUSE, POLL_SECONDS * 2.0**failures)
                    code, detail = refusal.code, refusal.detail
                    logger.warning(code, authority=self.authority, detail=detail, tries=failures)
                stop.wait(pause)

    def stamp(self, http: httpx.Client) -> bool:
        """Have the newest checkpoint stamped unless it is, and tell whether a token came.

        Raises DomainError: "timestamp-unreachable", "timestamp-invalid".
        """
        newest = self._ledger.newest()
        if newest is None or newest[0] <= self._ledger.timestamps.last(self.authority):
            return False
        size, text = newest[0], timestamps.stamped_bytes(newest[1])
        query = timestamps.request(text)
        token = _post(http, self._url, query.as_bytes())
        timestamps.stamped_at(token, text, self._trusted, query.nonce)
        self._ledger.timestamps.keep(Stamp(size=size, authority=self.authority, token=token))
        logger.info("stamped", authority=self.authority, size=size)
        return True


def authority_of(url: str) -> str:
    """Give the host of an address: by it a token's authority is named, and no secret can be in it."""
    return httpx.URL(url).raw_host.decode("ascii")


def _post(http: httpx.Client, url: str, query: bytes) -> bytes:
    """Give the body of the answer; the whole has a limit in time and length."""
    end, content = monotonic() + PATIENCE, b""
    try:
        with http.stream(
            "POST", url, content=query, headers={"Content-Type": QUERY_TYPE}
        ) as answer:
            if answer.status_code != HTTPStatus.OK:
                raise _unreachable(f"HTTP {answer.status_code}")
            for piece in answer.iter_raw():
                content += piece
                if len(content) > timestamps.MAX_TOKEN or monotonic() > end:
                    raise _unreachable("答复过长或过慢 / too long or too slow")
    except httpx.HTTPError as error:
        raise _unreachable(type(error).__name__) from None
    return content


def _unreachable(why: str) -> DomainError:
    detail = f"时间戳机构没有答复 / the time-stamping authority gave no answer: {why}"
    return DomainError("timestamp-unreachable", detail)
