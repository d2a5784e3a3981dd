"""Times from outside against the times on the ledger: what they prove, what they only suggest, and what is no token."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.live import Live
from audit.report import Findings
from audit.sources import Export
from audit.times import LAST, Moment, Times, moment_of
from audit.verify import verify
from domain.facts import Actor, Recorded
from ledger import note
from ledger.note import Note
from ledger.policy import Policy
from ledger.snapshot import snapshot
from ledger.timestamps import read_certificates, request, stamped_bytes
from tests import chronicle
from tests.audit.forge import find, forge, read
from tests.event_history import FOLDER
from tests.ledger.authority import Authority

if TYPE_CHECKING:
    from pathlib import Path

    from audit.report import Report
    from tests.audit.conftest import Told

DAY = "2024-06-03"
SIZE = 170  # of an earlier checkpoint
WITNESS_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS = note.witness_key("witness.example/jw", WITNESS_KEY.public_key().public_bytes_raw())


def moment(size: int, hour: int, where: str = "token") -> Moment:
    """The first leaves were there at this hour of the day."""
    return Moment(where=where, size=size, at=datetime(2024, 6, 3, hour, tzinfo=UTC))


def judged(moments: list[Moment], *times: str, stream: str = "staff/p1") -> tuple[list[int], int]:
    """The leaves at which a token is contradicted, and the number of notes, where events are of these times."""
    findings = Findings()
    watched = Times(findings, moments)
    for leaf, time in enumerate(times):
        recorded = Recorded(
            leaf=leaf,
            stream=stream,
            version=1,
            recorded_at=f"{DAY}T{time}Z",
            actor=Actor(id="p1", role="clerk"),
            command_id="",
            event=None,
        )
        watched.take(recorded)
    assert all(one.code == "timestamp-contradicted" for one in findings.failures())
    return [one.leaf or 0 for one in findings.failures()], len(findings.notes)


def test_an_event_that_claims_to_be_later_than_a_token_that_covers_it_is_found() -> None:
    """Beyond a minute, by which clocks may differ; a later token over more leaves bounds it too."""
    assert judged([moment(1, 10)], "10:01:00.000") == ([], 0)
    assert judged([moment(1, 10)], "10:01:00.001") == ([0], 0)
    assert judged([moment(5, 10)], "09:00:00.000", "10:01:00.001", "11:00:00.000") == ([1], 0)
    assert judged([moment(1, 12), moment(3, 10, "later")], "11:00:00.000") == ([0], 0)
    two = [moment(1, 10), moment(3, 12, "later")]
    assert judged(two, "10:00:00.000", "12:01:00.000", "12:01:00.001") == ([2], 0)


def test_what_no_token_covers_may_be_of_any_later_time() -> None:
    """The future is not bounded."""
    assert judged([moment(1, 10)], "10:00:00.000", "23:00:00.000") == ([], 0)
    assert judged([], "23:00:00.000") == ([], 0)


def test_an_event_behind_a_token_that_claims_to_be_much_older_is_only_noted() -> None:
    """The token may have come late, so this proves nothing; once for each token."""
    assert judged([moment(1, 10)], "09:00:00.000", "09:45:00.000") == ([], 0)
    assert judged([moment(1, 10)], "09:00:00.000", "09:44:59.999", "09:44:59.999") == ([], 1)


def test_what_a_clock_that_jumped_said_contradicts_nobody() -> None:
    """It is on record for being wrong."""
    assert judged([moment(1, 10)], "23:00:00.000", stream="clock") == ([], 0)


def test_a_witness_may_say_any_time_at_all() -> None:
    """Its times are 63 bits wide; what no calendar has bounds nothing."""
    assert moment_of(1_717_408_800) == moment(1, 10).at
    assert moment_of(2**63 - 1) == LAST
    assert judged([Moment(where="witness", size=1, at=LAST)], "10:00:00.000") == ([], 0)


def test_the_time_of_a_cosignature_counts_like_that_of_a_token(tmp_path: Path) -> None:
    """An event cannot be later than the witness that saw it."""
    folder = shutil.copytree(FOLDER, tmp_path / "export")
    path = folder / f"checkpoints/{SIZE}"
    signed = Note.parse(path.read_text("utf-8"))
    line = note.cosign(signed.text, WITNESS.name, WITNESS_KEY, 1_600_000_000)
    path.write_text(str(signed.with_signatures([line])), "utf-8")
    policy = Policy.parse(f"witness jw {WITNESS}\nquorum none\n")
    report = verify(Export(folder), vkey=chronicle.VKEY, policy=policy)
    assert [(one.leaf, one.code) for one in report.failures] == [(0, "timestamp-contradicted")]
    assert verify(Export(folder), vkey=chronicle.VKEY).ok


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """One that the auditor trusts."""
    return Authority(tmp_path_factory.mktemp("authority") / "own")


@pytest.fixture
def stamped(authority: Authority, tmp_path: Path) -> Path:
    """The history of every event type, with a token over an earlier checkpoint."""
    folder = shutil.copytree(FOLDER, tmp_path / "export")
    text = stamped_bytes((folder / f"checkpoints/{SIZE}").read_text("utf-8"))
    (folder / "timestamps").mkdir()
    token = authority.stamp(request(text).as_bytes())
    (folder / f"timestamps/{SIZE}-tsa.example.tsr").write_bytes(token)
    return folder


def audit(folder: Path, authority: Authority | None) -> Report:
    """Verify with the certificates of an authority, or without any."""
    trusted = read_certificates(authority.root) if authority else ()
    return verify(Export(folder), vkey=chronicle.VKEY, trusted=trusted)


def codes(report: Report) -> set[str]:
    """What was found."""
    return {one.code for one in report.failures}


def test_a_token_of_a_trusted_authority_is_verified(stamped: Path, authority: Authority) -> None:
    """What comes behind it was told of an earlier day, which is worth a note."""
    report = audit(stamped, authority)
    assert (report.ok, report.timestamps, report.not_checked) == (True, 1, ())
    assert any(f"leaf {SIZE} claims to be much older" in each for each in report.notes)


def test_without_certificates_it_says_that_tokens_were_not_checked(stamped: Path) -> None:
    """It is never silently a pass."""
    report = audit(stamped, None)
    assert (report.ok, report.timestamps) == (True, 0)
    assert any("--timestamp-certificates" in each for each in report.not_checked)


def test_without_tokens_it_says_that_times_were_not_checked(authority: Authority) -> None:
    """Somebody took them away, or there never were any."""
    report = audit(FOLDER, authority)
    assert report.ok
    assert any("no time-stamp token" in each for each in report.not_checked)


def test_a_token_of_another_authority_is_a_failure(stamped: Path, tmp_path: Path) -> None:
    """Who keeps the ledger could have made it."""
    assert codes(audit(stamped, Authority(tmp_path / "other"))) == {"timestamp-invalid"}


def test_a_token_is_of_the_checkpoint_that_its_name_says(
    stamped: Path, authority: Authority
) -> None:
    """Under another size it stands for nothing, whether there is such a checkpoint or not."""
    token = stamped / f"timestamps/{SIZE}-tsa.example.tsr"
    for size in (201, 200):
        other = token.rename(token.with_name(f"{size}-tsa.example.tsr"))
        assert codes(audit(stamped, authority)) == {"timestamp-invalid"}
        token = other


def test_another_file_among_the_tokens_is_unexpected(stamped: Path, authority: Authority) -> None:
    """Names are those of the format."""
    (stamped / "timestamps/0170-tsa.example.tsr").write_bytes(b"")
    assert codes(audit(stamped, authority)) == {"export-file-unexpected"}


def test_a_history_that_claims_to_be_later_than_its_token_is_found(
    stamped: Path, authority: Authority
) -> None:
    """With all keys its times can be written anew, but the token stands against them."""
    leaf = find(read(stamped), "draw.committed.v1")
    (stamped / f"checkpoints/{SIZE}").replace(stamped / "kept")

    def edit(events: list[dict[str, object] | None]) -> None:
        for event in events[leaf:SIZE]:
            assert event is not None
            event["recorded_at"] = "2100-01-01T00:00:00.000Z"

    forge(stamped, chronicle.keys(), edit)
    (stamped / "kept").replace(stamped / f"checkpoints/{SIZE}")
    report = audit(stamped, authority)
    assert ("timestamp-contradicted", leaf) in {(one.code, one.leaf) for one in report.failures}


def test_tokens_in_the_database_are_verified_too(
    told: Told, live: str, authority: Authority
) -> None:
    """One that holds, and one that is no token at all."""
    with psycopg.connect(live) as connection:
        statement = "SELECT size, note FROM ledger.checkpoints ORDER BY size DESC LIMIT 1"
        size, signed = connection.execute(statement).fetchone() or (0, "")
        token = authority.stamp(request(stamped_bytes(signed)).as_bytes())
        for name, content in (("tsa.example", token), ("other.example", b"no token")):
            insert = "INSERT INTO ledger.timestamps (size, authority, token) VALUES (%s, %s, %s)"
            connection.execute(insert, [size, name, content])
    with snapshot(live) as view:
        trusted = read_certificates(authority.root)
        report = verify(Live(live, view), vkey=told.vkey, trusted=trusted)
    assert report.timestamps == 1
    assert [(one.code, one.where) for one in report.failures] == [
        ("timestamp-invalid", f"ledger.timestamps, size {size}, other.example")
    ]
