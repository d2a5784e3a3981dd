"""Checkpoints are stamped one after another over HTTP, and a bad answer is never kept."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

import httpx
import pytest

from audit.sources import Export
from audit.verify import verify
from domain.errors import DomainError
from ledger.export import export
from ledger.note import VerifierKey
from ledger.timestamper import Timestamper, authority_of
from ledger.timestamps import (
    BATCH,
    MAX_TOKEN,
    Stamp,
    read_certificates,
    request,
    stamped_bytes,
)
from tests.ledger.authority import Authority
from tests.ledger.examples import NOW
from tests.ledger.test_publisher import Turn, record, writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ledger.store import Ledger
    from ledger.writer import Writer

__all__ = ["writer"]  # the fixture


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """One that is trusted."""
    return Authority(tmp_path / "authority")


@pytest.fixture
def stamping(ledger: Ledger, authority: Authority) -> Iterator[Timestamper]:
    """Ask it over HTTP."""
    with authority.serving() as url:
        yield Timestamper(ledger, url, read_certificates(authority.root))


def stamp(stamping: Timestamper) -> bool:
    """Take one turn."""
    with httpx.Client() as http:
        return stamping.stamp(http)


def test_each_new_checkpoint_is_stamped_once(
    ledger: Ledger, writer: Writer, stamping: Timestamper
) -> None:
    """And the ones that came in between are covered by it."""
    assert stamp(stamping)
    assert not stamp(stamping)
    for number in (1, 2):
        record(writer, number)
        ledger.publish_checkpoint()
    assert stamp(stamping)
    assert [(one.size, one.authority) for one in ledger.timestamps.all()] == [
        (1, "127.0.0.1"),
        (3, "127.0.0.1"),
    ]


def test_tokens_are_given_in_order_however_many_there_are(ledger: Ledger) -> None:
    """A page at a time, none twice and none left out."""
    wanted = [
        (size, name) for size in range(1, BATCH) for name in ("a.example", "b.example", "c.example")
    ]
    for size, name in reversed(wanted):
        ledger.timestamps.keep(Stamp(size=size, authority=name, token=b"token"))
    assert [(one.size, one.authority) for one in ledger.timestamps.all()] == wanted


def test_tokens_go_out_with_the_export_and_are_judged_by_the_auditors_own_certificates(
    ledger: Ledger, stamping: Timestamper, authority: Authority, tmp_path: Path
) -> None:
    """Byte for byte as they came."""
    stamp(stamping)
    export(ledger, tmp_path / "export", bundles={}, exported_by="示例", now=NOW)
    (kept,) = ledger.timestamps.all()
    assert (tmp_path / "export/timestamps/1-127.0.0.1.tsr").read_bytes() == kept.token
    vkey = VerifierKey.parse(ledger.genesis.vkey)
    trusted = read_certificates(authority.root)
    report = verify(Export(tmp_path / "export"), vkey=vkey, trusted=trusted)
    assert (report.ok, report.timestamps) == (True, 1)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((500, b""), "timestamp-unreachable"),
        ((404, b"<html>"), "timestamp-unreachable"),
        ((302, b""), "timestamp-unreachable"),
        ((200, bytes(MAX_TOKEN + 1)), "timestamp-unreachable"),
        ((200, b""), "timestamp-invalid"),
        ((200, b"<html>"), "timestamp-invalid"),
    ],
)
def test_a_bad_answer_is_not_kept_and_the_next_good_one_is(
    ledger: Ledger,
    stamping: Timestamper,
    authority: Authority,
    answer: tuple[int, bytes],
    code: str,
) -> None:
    """It may be tried again at any time."""
    authority.answer = lambda _: answer
    with pytest.raises(DomainError, match=code):
        stamp(stamping)
    assert list(ledger.timestamps.all()) == []
    authority.answer = lambda token: (200, token)
    assert stamp(stamping)


def test_an_old_answer_is_not_taken_for_a_new_one(
    ledger: Ledger, stamping: Timestamper, authority: Authority
) -> None:
    """Whoever replays a token has not seen our nonce."""
    newest = ledger.newest()
    assert newest is not None
    old = authority.stamp(request(stamped_bytes(newest[1])).as_bytes())
    authority.answer = lambda _: (200, old)
    with pytest.raises(DomainError, match=r"timestamp-invalid.*Nonce"):
        stamp(stamping)
    assert list(ledger.timestamps.all()) == []


def test_an_authority_that_is_not_there_is_said_to_be(ledger: Ledger, authority: Authority) -> None:
    """By what it is, never by its whole address."""
    gone = Timestamper(ledger, "http://127.0.0.1:9/secret", read_certificates(authority.root))
    with pytest.raises(DomainError, match="timestamp-unreachable") as caught:
        stamp(gone)
    assert "secret" not in str(caught.value)


def test_the_thread_goes_on_after_a_failure(
    ledger: Ledger, stamping: Timestamper, authority: Authority
) -> None:
    """What went wrong is logged, and it waits a while longer."""
    answers = iter([(500, b""), (200, b"")])
    authority.answer = lambda token: next(answers, (200, token))
    stamping.run(Turn(3))
    assert len(authority.asked) == 3
    assert len(list(ledger.timestamps.all())) == 1


def test_a_thread_that_is_stopped_asks_nobody(stamping: Timestamper, authority: Authority) -> None:
    """Also before its first turn."""
    stop = Event()
    stop.set()
    stamping.run(stop)
    assert authority.asked == []


def test_an_authority_is_known_by_its_host() -> None:
    """Nothing else of an address is kept."""
    assert authority_of("https://TSA.example.gov.cn:8443/tsr?key=secret") == "tsa.example.gov.cn"
