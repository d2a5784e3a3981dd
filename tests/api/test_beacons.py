"""A round is fetched by the service, from relays on this machine, and entered as the act of whoever asked for it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from api.settings import read_settings
from domain.draw_commands import BringCommitment, CommitDraw, PrepareDraw
from domain.draw_state import Draw
from domain.lottery.entropy import witness_commit
from tests import story
from tests.ledger.test_relay import GOOD, Answer, Relays, running
from tests.projections.recording import record
from tests.serving import Service, serving
from tests.story import nonce_of, plan_row, terms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.story import Story

TASK = "联2024026"
DRAW = f"{TASK}.entities.1"
FETCH = f"/draws/{DRAW}/beacons/quicknet/fetch"
AFTER = "2023-08-23T15:59:30.000Z"  # round 1000 of quicknet is due at 15:59:24


def waiting_for_round_1000() -> Story:
    """A draw whose commitment was made so that this round, which was published, is the first after the margin."""
    row = plan_row(
        entities_draw=terms(beacons=("quicknet",), witnesses=1),
        window_from="2023-06-01",
        window_to="2023-08-31",
    )
    told = story.with_task(row)
    told.now = "2023-08-23T14:58:24.000Z"
    prepare = PrepareDraw(
        draw_id=DRAW, task=TASK, stage="entities", witnesses=("witness1",), lotteries=()
    )
    told.act("operator", "draw_operator", prepare)
    commit = witness_commit(nonce_of(DRAW, "witness1")).hex()
    told.act("witness1", "witness", BringCommitment(draw_id=DRAW, commit=commit))
    told.act("operator", "draw_operator", CommitDraw(draw_id=DRAW))
    told.cover(DRAW)
    return told


@pytest.fixture
def relays(monkeypatch: pytest.MonkeyPatch) -> Iterator[Relays]:
    """Relays of one test."""
    with running(monkeypatch) as server:
        yield server


@contextmanager
def asking(database: str, home: Path, *relays: str) -> Iterator[Service]:
    """A service that asks these relays, a moment after the round."""
    clock = home / "now"
    clock.write_text("2023-01-01T00:00:00.000Z", encoding="utf-8")
    with serving(database, home, clock_file=clock, drand_relays=relays) as service:
        record(service.parts.ledger, waiting_for_round_1000())
        clock.write_text(AFTER, encoding="utf-8")
        yield service


def code(service: Service, who: str, path: str = FETCH) -> tuple[int, str]:
    """Status and code of a refusal."""
    answer = service.http.post(path, headers=service.as_(who))
    return answer.status_code, answer.json()["code"]


def test_the_committed_round_is_fetched_and_entered(
    database: str, tmp_path: Path, relays: Relays
) -> None:
    """By the clerk who asked, once however often the request is repeated; a relay that lies is passed over."""
    lying = relays.has("lying", Answer(GOOD.replace(b'"signature":"b4', b'"signature":"b5')))
    honest = relays.has("honest", Answer(GOOD))
    with asking(database, tmp_path, lying, honest) as service:
        due = service.get(f"/public/draws/{DRAW}").json()["sources"][0]
        assert (due["round"], due["due_at"], due["arrived"]) == (
            1000,
            "2023-08-23T15:59:24.000Z",
            False,
        )
        headers = {**service.as_("clerk-edu"), "Idempotency-Key": "fetch"}
        first, again = (service.http.post(FETCH, headers=headers).json() for _ in range(2))
        (event,) = first["events"]
        assert event["type"] == "draw.source_revealed.v1"
        assert again == {**first, "repeated": True}
        assert relays.asked[:2] == ["lying", "honest"]
        recorded = service.parts.ledger.read(event["leaf"])[0].recorded()
        assert (recorded.actor.id, recorded.actor.role) == ("clerk-edu", "clerk")
        arrived = service.get(f"/public/draws/{DRAW}").json()["sources"][0]
        assert (arrived["arrived"], arrived["arrived_at"]) == (True, AFTER)
        assert code(service, "clerk-edu") == (409, "wrong-stage")


def test_a_fetch_that_brings_nothing_is_refused_and_nothing_is_recorded(
    database: str, tmp_path: Path, relays: Relays
) -> None:
    """Not there yet, or no relay of any use; nobody without the role, and no other draw or chain, makes the service ask."""
    relay = relays.has("only", Answer(b"", status=425))
    with asking(database, tmp_path, relay) as service:
        size = service.parts.ledger.size()
        assert code(service, "clerk-edu") == (409, "round-not-yet")
        relays.has("only", Answer(b"<html>"))
        assert code(service, "clerk-edu") == (503, "relay-unreachable")
        assert relays.asked == ["only", "only"]
        assert code(service, "registrar1") == (403, "role-not-allowed")
        other_chain = f"/draws/{DRAW}/beacons/default/fetch"
        assert code(service, "clerk-edu", other_chain) == (422, "wrong-round")
        no_draw = "/draws/x/beacons/quicknet/fetch"
        assert code(service, "clerk-edu", no_draw) == (404, "unknown-draw")
        no_chain = f"/draws/{DRAW}/beacons/evmnet/fetch"
        assert code(service, "clerk-edu", no_chain) == (422, "request-invalid")
        assert relays.asked == ["only", "only"]
        assert service.parts.ledger.size() == size
        draw = service.parts.writer.history().get(Draw, DRAW)
        assert draw is not None
        assert draw.revealed == {}


def test_without_relays_the_service_asks_nobody(database: str, tmp_path: Path) -> None:
    """It says how to enter the round by hand."""
    with asking(database, tmp_path) as service:
        assert code(service, "clerk-edu") == (503, "relays-missing")


def test_relays_are_named_with_spaces_between(monkeypatch: pytest.MonkeyPatch) -> None:
    """In their order; none unless somebody names them."""
    assert read_settings().drand_relays == ()
    monkeypatch.setenv("MINGQIAN_DRAND_RELAYS", "https://a.example  https://b.example/x")
    assert read_settings().drand_relays == ("https://a.example", "https://b.example/x")
