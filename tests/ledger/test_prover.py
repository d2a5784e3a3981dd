"""The holder of the draw keys proves what the ledger lets it, on its own reading, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from structlog.testing import capture_logs

from domain.draw_commands import ApproveVoid, CommitDraw, RequestVoid, RevealSource
from domain.draw_state import Draw
from domain.errors import DomainError
from domain.facts import Asked
from domain.lottery.assignment_bundle import assignment_commitment_from_json
from domain.lottery.entropy import all_randomness
from domain.lottery.seed import alpha_of
from domain.plan import AmendPlan, CollatePlan, PublishPlan
from domain.vrf_keys import EnrolVrfKey, RevokeVrfKey, enrolment_alpha
from ledger import vrf
from ledger.key_holder import KeyHolder
from ledger.prover import HeldKeys
from ledger.roles import let_read
from ledger.vrf_folder import VrfFolder, make_passphrase
from tests import story
from tests.ledger import proving
from tests.ledger.proving import DRAW, OPERATOR, REVEALED, asked_of, record
from tests.roles import passing_role
from tests.story import NOW, PROVER, VRF_PUBLIC, VRF_SECRET, Story, nonce_of, plan_row, review_plan
from tests.tamper import unguarded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ledger.store import Ledger

ADMIN = ("admin", "administrator")
NUMBER = {"nonce": sha256(b"another").hexdigest()}
REPLACE = """
UPDATE ledger.events AS one SET leaf_hash = other.leaf_hash, state = other.state
FROM ledger.events AS other WHERE one.leaf = %s AND other.leaf = %s"""
OTHER_NUMBERS = {"numbers": [[1, 2, 3, 4, 5, 6], [7]]}


@pytest.fixture
def reader(dsn: str) -> Iterator[str]:
    """DSN of a role that may only read; it is dropped afterwards."""
    with passing_role(dsn, "prover") as role:
        reading = make_conninfo(role, password="示例 口令")  # noqa: S106 - of a role for a moment
        let_read(dsn, reading)
        yield reading


@pytest.fixture
def holder(reader: str) -> KeyHolder:
    """The holder of the key of stories, which has read nothing yet."""
    return KeyHolder(PROVER, reader, reads_only=True)


def refusal(ask: Callable[[], object]) -> str:
    """Why it refuses."""
    with pytest.raises(DomainError) as caught:
        ask()
    assert caught.value.code == "prover-refused", caught.value
    return caught.value.detail


def test_the_last_source_is_answered_before_it_is_recorded(
    ledger: Ledger, holder: KeyHolder
) -> None:
    """The writer asks while it holds the ledger's lock, and the number of the witness is in its hand."""
    told = proving.waiting()
    record(ledger, told)
    asked = asked_of(told)
    with ledger.transaction(), capture_logs() as logs:
        pi, beta = holder.prove(asked)
    assert vrf.verify(VRF_PUBLIC, asked.alpha, pi) == beta
    (line,) = logs
    assert (line["event"], line["draw_id"]) == ("proof-given", DRAW)
    assert line["alpha"] == asked.alpha.hex()
    assert VRF_SECRET.hex() not in str(line)


def test_what_the_last_source_brings_is_what_the_holder_answers(
    ledger: Ledger, holder: KeyHolder
) -> None:
    """It is the same proof that is recorded; afterwards there is nothing to ask any more."""
    told = proving.waiting()
    record(ledger, told)
    pi, _ = holder.prove(asked_of(told))
    nonce = nonce_of(DRAW, "witness1").hex()
    told.act("witness1", "witness", RevealSource(draw_id=DRAW, nonce=nonce))
    draw = told.history.get(Draw, DRAW)
    assert draw is not None
    assert draw.computed is not None
    assert draw.computed.vrf_proof == pi.hex()
    record(ledger, told)
    assert "computed already" in refusal(lambda: holder.prove(asked_of(told)))


@pytest.mark.parametrize(
    ("revealed", "why"),
    [
        (REVEALED[:2], "reveal-invalid"),
        (REVEALED[:1], "reveal-invalid"),
        ((*REVEALED, REVEALED[2]), "reveal-invalid"),
        ((*REVEALED[:2], {}), "reveal-invalid"),
        ((*REVEALED[:2], NUMBER), "witness-nonce-mismatch"),
        ((REVEALED[0], OTHER_NUMBERS, REVEALED[2]), "not what the ledger has"),
        (({"signature": "80" + "00" * 47}, *REVEALED[1:]), "not what the ledger has"),
    ],
)
def test_nothing_is_proved_before_every_source_is_there_and_right(
    ledger: Ledger, holder: KeyHolder, revealed: tuple[dict[str, Any], ...], why: str
) -> None:
    """However well `alpha` fits: with the key in reach, one could try what a source would bring."""
    told = proving.waiting()
    record(ledger, told)
    try:
        asked = asked_of(told, revealed)
    except DomainError:  # no alpha follows from it at all
        asked = asked_of(told, entropy=revealed)
    with capture_logs() as logs:
        assert why in refusal(lambda: holder.prove(asked))
    assert [line["event"] for line in logs] == ["proof-refused"]
    assert holder.prove(asked_of(told))


def test_a_false_signature_is_refused_and_a_right_one_needs_no_record(
    ledger: Ledger, holder: KeyHolder
) -> None:
    """A beacon proves itself, whoever brings it."""
    told = proving.fixed()
    proving.enter_numbers(told)
    proving.enter_numbers(told, "approver1", "approver")
    record(ledger, told)
    false = {"signature": "80" + REVEALED[0]["signature"][2:]}
    asked = asked_of(told, (false, *REVEALED[1:]))
    assert "drand-signature-invalid" in refusal(lambda: holder.prove(asked))
    assert holder.prove(asked_of(told))


def test_numbers_of_a_lottery_must_have_been_entered_by_somebody(
    ledger: Ledger, holder: KeyHolder
) -> None:
    """They prove nothing by themselves; else the service could try all that might be drawn."""
    told = proving.fixed()
    proving.enter_beacon(told)
    record(ledger, told)
    assert "nobody entered" in refusal(lambda: holder.prove(asked_of(told)))
    proving.enter_numbers(told)
    record(ledger, told)
    assert holder.prove(asked_of(told))
    others = asked_of(told, (REVEALED[0], OTHER_NUMBERS, REVEALED[2]))
    assert "nobody entered" in refusal(lambda: holder.prove(others))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"alpha": bytes(32)}, "alpha"),
        ({"vrf_key": vrf.keypair(bytes(32))[1]}, "vrf_key"),
        ({"draw_id": "联2024026.entities.2"}, "no checkpoint"),
        ({"draw_id": "联2024026.officers.1"}, "no checkpoint"),
    ],
)
def test_another_alpha_key_or_draw_is_refused(
    ledger: Ledger, holder: KeyHolder, change: dict[str, Any], why: str
) -> None:
    """The one question that there is follows from the commitment."""
    told = proving.waiting()
    record(ledger, told)
    assert why in refusal(lambda: holder.prove(replace(asked_of(told), **change)))


def test_a_draw_that_is_not_fixed_or_not_covered_is_refused(
    ledger: Ledger, holder: KeyHolder
) -> None:
    """Before that, its list could still follow from what was seen."""
    told = proving.prepared()
    record(ledger, told)
    later = asked_of(proving.fixed())
    assert "no checkpoint" in refusal(lambda: holder.prove(later))
    told.act(*OPERATOR, CommitDraw(draw_id=DRAW))
    record(ledger, told)
    assert "no checkpoint" in refusal(lambda: holder.prove(later))


def test_a_void_draw_is_proved_like_any_other(ledger: Ledger, holder: KeyHolder) -> None:
    """It is computed and published as void, so that voiding hides nothing."""
    told = proving.waiting()
    told.act(*OPERATOR, RequestVoid(draw_id=DRAW, reason="示例原因"))
    record(ledger, told)
    assert holder.prove(asked_of(told)), "asked for, and not decided"
    told.act("approver1", "approver", ApproveVoid(draw_id=DRAW, version=NOW))
    record(ledger, told)
    assert holder.prove(asked_of(told))


def test_officers_are_drawn_under_the_same_rules(ledger: Ledger, holder: KeyHolder) -> None:
    """Their commitment has another shape, and nothing else is different."""
    told = story.with_task()
    story.reveal_draw(told, story.commit_draw(told, "entities"))
    draw_id = story.commit_draw(told, "officers")
    record(ledger, told)
    draw = told.history.get(Draw, draw_id)
    assert draw is not None
    assert draw.committed is not None
    commitment = assignment_commitment_from_json(dict(draw.committed.commitment))
    numbers = tuple({"nonce": nonce_of(draw_id, who).hex()} for who in draw.witnesses)
    alpha = alpha_of(commitment.digest(), all_randomness(commitment.sources, list(numbers)))
    asked = Asked(draw_id=draw_id, vrf_key=VRF_PUBLIC, alpha=alpha, entropy=numbers)
    pi, beta = holder.prove(asked)
    assert vrf.verify(VRF_PUBLIC, alpha, pi) == beta
    swapped = replace(asked, entropy=numbers[::-1])
    assert "witness-nonce-mismatch" in refusal(lambda: holder.prove(swapped))


def test_a_plan_is_proved_by_the_key_that_it_was_published_with(
    ledger: Ledger, reader: str, tmp_path: Path
) -> None:
    """A second key serves what is published after its enrolment; the first one, even revoked, what was fixed under it."""
    make_passphrase(tmp_path / "passphrase")
    folder = VrfFolder(tmp_path / "vrf", tmp_path / "passphrase")
    told = story.with_task()
    second = folder.new()
    secrets = {VRF_PUBLIC: VRF_SECRET, second: folder[second]}
    proof, _ = vrf.prove(folder[second], enrolment_alpha("example.test/story", second))
    told.act(*ADMIN, EnrolVrfKey(public_key=second.hex(), proof=proof.hex()))
    old = _asked_with_numbers(told, story.commit_draw(told, "entities"), VRF_PUBLIC)
    told.act(*ADMIN, RevokeVrfKey(public_key=VRF_PUBLIC.hex(), reason="已轮换"))
    record(ledger, told)
    holder = KeyHolder(HeldKeys(secrets), reader, reads_only=True)
    assert holder.prove(old)
    told.act(*OPERATOR, RequestVoid(draw_id=old.draw_id, reason="示例原因"))
    told.act("approver1", "approver", ApproveVoid(draw_id=old.draw_id, version=NOW))
    _publish_again(told)
    new = _asked_with_numbers(told, story.commit_draw(told, "entities", 2), second)
    record(ledger, told)
    pi, beta = holder.prove(new)
    assert vrf.verify(second, new.alpha, pi) == beta
    assert "vrf_key" in refusal(lambda: holder.prove(replace(new, vrf_key=VRF_PUBLIC)))
    alone = KeyHolder(HeldKeys({VRF_PUBLIC: VRF_SECRET}), reader, reads_only=True)
    with pytest.raises(DomainError, match="vrf-key-missing"):
        alone.prove(new)


def _asked_with_numbers(told: Story, draw_id: str, key: bytes) -> Asked:
    numbers = tuple({"nonce": nonce_of(draw_id, who).hex()} for who in ("witness1", "witness2"))
    return asked_of(told, numbers, draw_id, vrf_key=key)


def _publish_again(told: Story) -> None:
    told.act("clerk-edu", "clerk", AmendPlan(year=2024, rows=(plan_row(),), reason="换用密钥"))
    told.act("reviewer1", "reviewer", review_plan(told))
    told.act("clerk-market", "clerk", CollatePlan(year=2024))
    told.act("clerk-edu", "clerk", PublishPlan(year=2024))


def test_a_ledger_whose_end_was_taken_back_is_refused(
    ledger: Ledger, dsn: str, holder: KeyHolder
) -> None:
    """Whoever tries false entries must leave them standing."""
    told = proving.waiting()
    record(ledger, told)
    assert holder.catch_up() == told.history.size
    last = told.history.size - 1
    with unguarded(dsn) as connection:
        connection.execute(REPLACE, [last, last - 1])
    assert "read before" in refusal(lambda: holder.prove(asked_of(told)))
    with unguarded(dsn) as connection:
        connection.execute("DELETE FROM ledger.events WHERE leaf = %s", [last])
    assert "read before" in refusal(lambda: holder.prove(asked_of(told)))
    assert "read before" in refusal(holder.catch_up)


def test_a_role_that_could_write_is_refused(ledger: Ledger, dsn: str) -> None:
    """The holder is apart from the service also in the database."""
    holder = KeyHolder(PROVER, dsn, reads_only=True)
    with pytest.raises(DomainError, match="prover-not-apart"):
        holder.catch_up()
    assert KeyHolder(PROVER, dsn, reads_only=False).catch_up() == ledger.size()


def test_the_reading_role_reads_leaves_and_nothing_else(
    ledger: Ledger, dsn: str, reader: str
) -> None:
    """No commits, and no writing; to make it again changes nothing."""
    let_read(dsn, reader)
    with psycopg.connect(reader, autocommit=True) as connection:
        assert connection.execute("SELECT count(*) FROM ledger.events").fetchone() == (1,)
        for statement in (
            "SELECT FROM ledger.commits",
            "DELETE FROM ledger.events",
            "CREATE TABLE ledger.more ()",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_who_may_not_make_roles_is_told_so(dsn: str, reader: str) -> None:
    """The database's administrator has to."""
    with pytest.raises(DomainError, match="database-role-missing"):
        let_read(reader, make_conninfo(dsn, user=f"none_{uuid4().hex}"))


def test_a_database_that_is_not_there_is_said_to_be_out_of_reach(dsn: str, tmp_path: Path) -> None:
    """And one without tables, too: both may come yet."""
    for broken in (make_conninfo(dsn, host=str(tmp_path)), make_conninfo(dsn, dbname="postgres")):
        with pytest.raises(DomainError, match="prover-unavailable"):
            KeyHolder(PROVER, broken, reads_only=True).catch_up()


def test_a_key_that_is_not_held_is_missing() -> None:
    """Whatever is asked."""
    asked = Asked(draw_id=DRAW, vrf_key=bytes(32), alpha=bytes(32), entropy=())
    with pytest.raises(DomainError, match="vrf-key-missing"):
        HeldKeys({}).prove(asked)
