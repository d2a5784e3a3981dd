"""A seat of a visit that nobody may know of yet: every door by which visit, team or substitute could leak.

In this story the plan keeps both lists back. The leader of the first visit declared a conflict, and a substitute was drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from unittest.mock import patch

import httpx
import pytest

from domain.draw_commands import RevealSource, Seat
from domain.inspection_state import Inspection
from domain.organisation import AddStaff
from domain.replacement_commands import ApproveReplacement, Declare, RequestReplacement
from tests import story
from tests.api.filled import READS
from tests.api.papers import text_of
from tests.projections.recording import record
from tests.serving import HttpStory, Service, fresh_database, serving
from tests.story import NOW, nonce_of, plan_row, terms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TASK = "联2024026"
ENTITIES, OFFICERS, SUBSTITUTE = (
    f"{TASK}.{stage}.1" for stage in ("entities", "officers", "replacement")
)
HELD = terms(disclosure="with-inspection")
ROW = plan_row(entities_draw=HELD, officers_draw=HELD)
OUTSIDERS = ("clerk-edu", "reviewer1", "registrar1", "witness2", "admin", "idle")
# As an answer tells why somebody may not take the seat, and a page.
REASONS = (
    *(f'"reason":"{code}"' for code in ("on-the-team", "fell-out", "recused")),
    "已退出本次检查",
)


@dataclass(kw_only=True)
class Secret:
    """A service where the seat is filled and no visit has begun; `last` is the answer to who entered the last source."""

    service: Service
    seat: Seat
    substitute: str
    team: tuple[str, ...]
    last: httpx.Response

    @property
    def entity(self) -> str:
        """What is to be inspected."""
        return self.seat.inspection.partition(":")[2]

    @property
    def colleague(self) -> str:
        """An officer of other visits."""
        known = {*self.team, self.seat.officer}
        return next(f"E{n}" for n in range(1, 7) if f"E{n}" not in known)


@pytest.fixture(scope="module")
def secret(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secret]:
    """The story, told over HTTP once."""
    home = tmp_path_factory.mktemp("secret")
    with fresh_database(server) as dsn, serving(dsn, home) as running:
        with patch.object(story, "Story", partial(HttpStory, running)):
            told = story.with_inspections(ROW)
        idle = AddStaff(id="idle", department="edu", roles=("officer",), personal={})
        told.act("admin", "administrator", idle)
        visit = told.history.all(Inspection)[0]
        seat = Seat(inspection=visit.id, officer=visit.officers[0])
        declare = Declare(inspection=visit.id, conflict=True, reason="示例：其弟任校长")
        told.act(seat.officer, "officer", declare)
        approve = ApproveReplacement(inspection=visit.id, officer=seat.officer, version=NOW)
        told.act("approver1", "approver", approve)
        story.commit_draw(told, "replacement", seat=seat)
        first, last = (
            RevealSource(draw_id=SUBSTITUTE, nonce=nonce_of(SUBSTITUTE, who).hex())
            for who in ("witness1", "witness2")
        )
        assert running.act("witness1", first).status_code == 200
        answer = running.act("witness2", last)
        after = running.parts.writer.history().get(Inspection, visit.id)
        assert after is not None
        (new,) = set(after.officers) - set(visit.officers)
        yield Secret(service=running, seat=seat, substitute=new, team=after.officers, last=answer)


def addresses(secret: Secret) -> list[str]:
    """Every read there is, filled with what would lead to the seat."""
    fillings = [
        {
            "draw_id": draw,
            "number": TASK,
            "task": TASK,
            "inspection": secret.seat.inspection,
            "year": "2024",
        }
        for draw in (ENTITIES, OFFICERS, SUBSTITUTE)
    ]
    found = []
    for path in READS:
        for filling in fillings:
            for person in (secret.seat.officer, *secret.team):
                entry = secret.entity if "entities" in path else person
                address = path.replace("{entry_id}", entry).replace("{entity}", secret.entity)
                address = address.replace("{code}", "not-found")
                for name, value in filling.items():
                    address = address.replace(f"{{{name}}}", value)
                found.append(address)
    lists = [one for one in found if one.endswith("/members")]
    found += [f"{one}?part={part}" for one in lists for part in ("pool", "excluded", "drawn")]
    return list(dict.fromkeys(found))


def test_no_read_of_the_public_or_of_a_desk_tells_of_the_seat(secret: Secret) -> None:
    """Neither the visit nor why somebody may not take its seat; and no recusal that leads to it."""
    service = secret.service
    for address in addresses(secret):
        public = address.startswith(("/public", "/checkpoint", "/problems", "/healthz", "/readyz"))
        readers = [None] if public else OUTSIDERS
        for who in readers:
            # Without parameters of its own: httpx would let them take the place of those in the address.
            answer = service.http.get(address, headers=service.as_(who or "idle"))
            assert answer.status_code < 500, (address, who)
            paper = answer.headers["content-type"] == "application/pdf"
            told = text_of(answer.content) if paper else answer.text
            for word in (secret.seat.inspection, *REASONS):
                assert word not in told, (address, who)
            if "/registries/officers" in address:
                assert secret.entity not in answer.text, (address, who)


def test_the_row_of_the_draw_is_there_without_what_it_is_bound_to(secret: Secret) -> None:
    """That a substitute is drawn is no secret. A witness sees what binds their number, and no more."""
    service = secret.service
    kept = ("seat", "pool", "excluded", "commitment", "drawn")
    public = service.get(f"/public/draws/{SUBSTITUTE}").json()
    assert public["sealed"]
    assert [public[name] for name in kept] == [None] * 5
    for who in ("clerk-edu", "idle", secret.colleague, secret.seat.officer):
        shown = service.get(f"/draws/{SUBSTITUTE}", who).json()
        assert [shown[name] for name in kept[:4]] == [None] * 4
    witness = service.get(f"/draws/{SUBSTITUTE}", "witness1").json()
    assert (witness["seat"], witness["commitment"]["draw_id"]) == (None, SUBSTITUTE)
    page = service.get(f"/public/draws/{SUBSTITUTE}/page").text
    assert "席位、名单和承诺随检查名单一并公布" in page


def test_the_seat_shows_to_its_own_officers_and_to_those_who_act_on_it(secret: Secret) -> None:
    """With pool and exclusions; who was drawn is for those who carry out visits, and on record."""
    service = secret.service
    for who in (*secret.team, "approver1", "operator", "discipline1"):
        shown = service.get(f"/draws/{SUBSTITUTE}", who).json()
        assert shown["seat"]["officer"] == secret.seat.officer
        task = service.get(f"/tasks/{TASK}", who).json()
        assert task["draws"][-1]["seat"] == shown["seat"]
        rows = service.get(f"/draws/{SUBSTITUTE}/members", who, part="excluded").json()["entries"]
        assert secret.seat.officer in {one["entity"] for one in rows}
        pool = service.get(f"/draws/{SUBSTITUTE}/members", who, part="pool").json()["entries"]
        assert {one["place"] for one in pool} == {None}
    for who in ("approver1", "operator"):
        refused = service.get(f"/draws/{SUBSTITUTE}/members", who)
        assert (refused.status_code, refused.json()["code"]) == (403, "draw-not-disclosed")
    size = service.parts.ledger.size()
    (drawn,) = service.get(f"/draws/{SUBSTITUTE}/members", secret.team[0]).json()["entries"]
    assert drawn["entity"] == secret.substitute
    assert service.parts.ledger.size() == size + 1


def test_a_filled_seat_is_a_secret_of_its_team_again(secret: Secret) -> None:
    """Nothing waits for approver and operator any more; the substitute sees the visit, who left it does not."""
    service, visit = secret.service, f"/inspections/{secret.seat.inspection}"
    for who in ("approver1", "operator", secret.seat.officer):
        assert service.get(visit, who).json()["code"] == "unknown-inspection"
    shown = service.get(visit, secret.substitute).json()
    assert shown["leader"] == secret.team[0]
    assert shown["replaced"] == [
        {
            "left": secret.seat.officer,
            "cause": "recusal",
            "requested_by": secret.seat.officer,
            "approved_by": "approver1",
            "officer": secret.substitute,
            "draw": SUBSTITUTE,
            "at": shown["replaced"][0]["at"],
        }
    ]
    assert "其弟" not in service.get(visit, "discipline1").text


def test_whoever_enters_the_last_source_is_not_told_which_seat_it_filled(secret: Secret) -> None:
    """The answer to the act names the events, but not the stream of the visit."""
    types = [one["type"] for one in secret.last.json()["events"]]
    assert types == ["draw.source_revealed.v1", "draw.computed.v1"]
    assert "school:" not in secret.last.text


def test_who_declared_a_conflict_reads_it_as_does_who_watches(secret: Secret) -> None:
    """A recusal is kept from the others only as long as it would tell of the visit."""
    entry = f"/registries/officers/{secret.seat.officer}"
    for who in (secret.seat.officer, "discipline1", secret.team[0]):
        assert secret.entity in secret.service.get(entry, who).json()["recusals"]


def test_a_desk_sees_the_seat_of_a_visit_that_has_begun(database: str, tmp_path: Path) -> None:
    """The visit is no secret any more; the other visits are, and to the public this one too."""
    told = story.with_inspections(ROW)
    visit = told.history.all(Inspection)[0]
    one, *_, other = visit.officers
    told.now = "2024-06-20T02:00:00.000Z"
    story.visit(told, visit.id, (one,))
    ask = RequestReplacement(
        inspection=visit.id, officer=other, cause="illness", reason="示例：发热"
    )
    told.act("clerk-edu", "clerk", ask)
    told.act(
        "approver1", "approver", ApproveReplacement(inspection=visit.id, officer=other, version=NOW)
    )
    seat = Seat(inspection=visit.id, officer=other)
    story.reveal_draw(told, story.commit_draw(told, "replacement", seat=seat))
    with serving(database, tmp_path) as service:
        record(service.parts.ledger, told)
        service.clock.write_text(told.now, encoding="utf-8")
        for who, seen in (("clerk-edu", visit.id), ("reviewer1", visit.id), ("registrar1", None)):
            shown = service.get(f"/draws/{SUBSTITUTE}", who).json()["seat"]
            assert (shown and shown["inspection"]) == seen
        assert service.get(f"/public/draws/{SUBSTITUTE}").json()["seat"] is None
        shown = service.get(f"/inspections/{visit.id}", "clerk-edu")
        assert shown.json()["replaced"][0]["cause"] == "illness"
        assert "发热" not in shown.text
