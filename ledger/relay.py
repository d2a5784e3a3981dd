"""Fetch a round of drand over HTTPS, from the first relay that gives one that verifies.

A relay is not trusted: it may be silent, endlessly slow, or wrong. All that counts of its answer is a signature that holds for
the round. (drand's HTTP API, v1: `GET {relay}/{chain hash}/public/{round}`.)
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from ipaddress import ip_address
from typing import TYPE_CHECKING

import httpx
import msgspec

from domain.errors import DomainError
from domain.lottery.chains import chain_of
from domain.lottery.entropy import drand_signatures
from ledger import drand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.lottery.entropy import Drand

PATIENCE = 10  # seconds for one relay, from looking up its name to the last byte
MAX_ANSWER = 4096  # bytes; an answer has about 600
_ABSENT = {HTTPStatus.NOT_FOUND, HTTPStatus.TOO_EARLY}
_NOT_YET = "还没有这一轮 / does not have this round yet"


class _Answer(msgspec.Struct):
    """What is read of an answer. Its `randomness` is not: it follows from the signature."""

    round: int
    signature: str
    previous_signature: str | None = None


class _UselessError(Exception):
    """A relay was of no use; the text says why."""


def fetch(relays: Sequence[str], source: Drand) -> dict[str, str]:
    """Give what the round reveals, in hex: `signature` and, on a chained chain, `previous_signature`.

    Relays are asked in their order, each for `PATIENCE` seconds at most. Not to be called inside an event loop.
    Raises DomainError: "chain-unknown", "round-not-yet", "relay-unreachable".
    """
    what = f"{chain_of(source.chain).name} 第 {source.round} 轮 / round {source.round}"
    reasons: dict[str, str] = {}
    revealed = asyncio.run(_first(relays, source, reasons))
    if revealed is not None:
        return revealed
    if reasons and set(reasons.values()) == {_NOT_YET}:
        detail = f"{what}: 各节点都还没有 / no relay has it yet: {', '.join(reasons)}"
        raise DomainError("round-not-yet", detail)
    told = "; ".join(f"{relay}: {why}" for relay, why in reasons.items())
    told = told or "没有设置节点 / no relay is configured"
    raise DomainError("relay-unreachable", f"{what}: 没有取到 / not fetched. {told}")


async def _first(
    relays: Sequence[str], source: Drand, reasons: dict[str, str]
) -> dict[str, str] | None:
    """Ask in turn; why a relay was of no use goes into `reasons`, under its number and host."""
    plain = {"Accept-Encoding": "identity"}
    async with httpx.AsyncClient(headers=plain, timeout=None) as client:  # noqa: S113 - `_get` has a limit for the whole
        for number, relay in enumerate(relays, 1):
            name = str(number)
            try:
                url = _address(relay)
                # The host alone: a path may hold somebody's key.
                name = f"{number} ({url.host})"
                return _read(await _get(client, url, source), source)
            except _UselessError as why:
                reasons[name] = str(why)
    return None


def _address(relay: str) -> httpx.URL:
    """Read the address of a relay: https, or http to this very machine, and nothing behind the path."""
    try:
        url = httpx.URL(relay.rstrip("/") + "/")
        plain = url.scheme == "http" and _is_loopback(url.host)
        valid = (plain or url.scheme == "https") and url.host and (url.port or 1) in range(1, 65536)
        if valid and not (url.userinfo or url.query or url.fragment):
            return url
    except (httpx.InvalidURL, ValueError):
        pass
    raise _UselessError(
        "节点地址应形如 https://api.drand.sh / an address is like https://api.drand.sh"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


async def _get(client: httpx.AsyncClient, relay: httpx.URL, source: Drand) -> bytes:
    url = relay.join(f"{source.chain}/public/{source.round}")
    try:
        # A limit of the client would begin anew with every byte.
        async with (
            asyncio.timeout(PATIENCE),
            client.stream("GET", url, follow_redirects=False) as response,
        ):
            return await _body(response)
    except TimeoutError:
        raise _UselessError(f"{PATIENCE} 秒内没有答完 / did not answer in {PATIENCE} s") from None
    except httpx.HTTPError as error:
        raise _UselessError(f"连接失败 / connection failed: {type(error).__name__}") from None


async def _body(response: httpx.Response) -> bytes:
    if response.status_code in _ABSENT:
        raise _UselessError(_NOT_YET)
    if response.status_code != HTTPStatus.OK:
        raise _UselessError(f"HTTP {response.status_code}")
    body = b""
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > MAX_ANSWER:
            raise _UselessError("答复过长 / the answer is too long")
    return body


def _read(body: bytes, source: Drand) -> dict[str, str]:
    try:
        answer = msgspec.json.decode(body, type=_Answer)
        revealed = {"signature": answer.signature}
        if answer.previous_signature is not None:
            revealed["previous_signature"] = answer.previous_signature
        signature, previous = drand_signatures(source, revealed)
    except (msgspec.DecodeError, RecursionError, DomainError):
        raise _UselessError("答复不是 drand 的格式 / not an answer of drand's form") from None
    if answer.round != source.round:
        raise _UselessError("答的是另一轮 / answered another round")
    if not drand.check(source, signature, previous):
        raise _UselessError("签名不成立 / the signature does not hold")
    return revealed
