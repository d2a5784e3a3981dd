"""One small, true history, told once per process: through the real writer, with draws, visits and a batch."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier

from audit.live import Live
from audit.sources import Export
from audit.verify import verify
from domain.bundles import bundles
from domain.draw_commands import ApproveVoid, RequestVoid, Seat, Stage
from domain.facts import Actor
from domain.inspection_commands import ConfirmResult, ReviewResult
from domain.inspection_state import Inspection
from domain.personnel_commands import DeclareRecusal
from domain.replacement_commands import (
    ApproveReplacement,
    Declare,
    DeclineReplacement,
    RequestReplacement,
)
from domain.signing_keys import RevokeSigningKey, standing_key
from ledger import keys as key_directory
from ledger import schema
from ledger.export import export
from ledger.keys import STORE, Keys
from ledger.note import VerifierKey
from ledger.snapshot import snapshot
from ledger.store import Ledger
from ledger.writer import Writer
from projections import schema as projections_schema
from projections.runner import Projector
from tests import story
from tests.conftest import ORIGIN, prover_of, vrf_key_of
from tests.signers import Signer, let_everybody_sign
from tests.story import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from audit.report import Report
    from domain.facts import Command, Fact
    from domain.signing import Signature


@dataclass
class StoryClock:
    """Says what the story says."""

    moment: str = "2024-01-05T01:00:00.000Z"

    def now(self) -> str:
        """Give the moment of the story."""
        return self.moment

    def compared(self) -> None:
        """Nothing to compare it with."""


@dataclass
class RecordedStory(story.Story):
    """A story whose every act goes through a writer into a real ledger."""

    ledger: Ledger = field(kw_only=True)
    writer: Writer = field(kw_only=True)
    clock: StoryClock = field(kw_only=True)

    def record(self, _fact: Fact, _actor: Actor) -> None:
        """Leaf 0 is the ledger's own; all other facts come by acts."""
        self._follow()

    def act(self, who: str, role: str, *commands: Command) -> tuple[object, ...]:
        """Let somebody act, in one commit."""
        self.clock.moment = self.now
        actor, command_id = Actor(id=who, role=role), str(uuid4())
        commands = tuple(story.looked(command, self.history) for command in commands)
        signatures: list[Signature] = []
        if standing_key(self.history, who):
            signer = Signer(staff=who, origin=ORIGIN)
            signatures = [signer.sign(command, command_id) for command in commands]
        self.writer.execute(commands, actor=actor, command_id=command_id, signatures=signatures)
        return self._follow()

    def cover(self, draw_id: str) -> None:
        """The writer does this by itself."""

    def _follow(self) -> tuple[object, ...]:
        fresh = [entry.recorded() for entry in self.ledger.read(self.history.size)]
        for recorded in fresh:
            self.history.apply(recorded)
        return tuple(recorded.event for recorded in fresh)


@dataclass(frozen=True, kw_only=True)
class Told:
    """The history as it stands: an export, a database to copy, the log's key and a kept checkpoint; all files in `base`."""

    base: Path
    folder: Path
    earlier: Path
    dsn: str
    keys: Keys
    vkey: VerifierKey


@pytest.fixture(scope="session")
def told(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Tell the whole history and export it, once in the middle and once at the end."""
    base = tmp_path_factory.mktemp("told")
    keys = key_directory.generate(base / "keys")
    with _database(server) as dsn:
        schema.migrate(dsn)
        projections_schema.migrate(dsn)
        clock = StoryClock()
        opening = Ledger.create(
            dsn, keys, vrf_key_of(keys)[1], origin=ORIGIN, mode="development", clock=clock
        )
        with opening as ledger:
            _tell(ledger, clock, base)
            with Projector(dsn, ledger) as projector:
                projector.catch_up()
            vkey = VerifierKey.parse(ledger.genesis.vkey)
        yield Told(
            base=base,
            folder=base / "export",
            earlier=base / "earlier",
            dsn=dsn,
            keys=keys,
            vkey=vkey,
        )


def _tell(ledger: Ledger, clock: StoryClock, base: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        made = RecordedStory(
            ledger=ledger, writer=Writer(ledger, clock, prover_of(ledger.keys)), clock=clock
        )
        patch.setattr(story, "Story", lambda now: _at(made, now))
        story.with_task()
    _void_one_draw(made)
    stages: tuple[tuple[Stage, int], ...] = (("entities", 2), ("officers", 1))
    for stage, serial in stages:
        draw_id = story.commit_draw(made, stage, serial)
        story.reveal_draw(made, draw_id)
    export(
        ledger, base / "earlier", bundles=bundles(made.history), exported_by="示例", now=made.now
    )
    _replace_one_officer(made)
    inspections = made.history.all(Inspection)
    # The lot falls anew with each key; these two have a part of their own at the end.
    returned = next(one for one in inspections[1:] if not {"E5", "E6"} & set(one.officers))
    for inspection in inspections:
        if inspection.id != returned.id:
            story.publish(made, inspection.id, inspection.officers)
    let_everybody_sign(made, ORIGIN)
    _return_one_result(made, returned)
    _sign_a_recusal(made)
    export(ledger, base / "export", bundles=bundles(made.history), exported_by="示例", now=made.now)


def _at(made: RecordedStory, now: str) -> RecordedStory:
    made.now = now
    return made


def _void_one_draw(made: RecordedStory) -> None:
    draw_id = story.commit_draw(made, "entities")
    story.reveal_draw(made, draw_id)
    made.act("operator", "draw_operator", RequestVoid(draw_id=draw_id, reason="示例原因"))
    made.act("approver1", "approver", ApproveVoid(draw_id=draw_id, version=NOW))


def _replace_one_officer(made: RecordedStory) -> None:
    """A conflict that is declared late, a request that is declined, and a seat that is drawn anew."""
    inspection = made.history.all(Inspection)[0]
    leaving, staying = inspection.officers
    conflict = Declare(inspection=inspection.id, conflict=True, reason="示例：其配偶任该校校长")
    made.act(leaving, "officer", conflict)
    ask = RequestReplacement(
        inspection=inspection.id, officer=staying, cause="illness", reason="示例：住院"
    )
    made.act("clerk-edu", "clerk", ask)
    decline = DeclineReplacement(
        inspection=inspection.id, officer=staying, reason="示例：已痊愈", version=NOW
    )
    made.act("approver1", "approver", decline)
    approve = ApproveReplacement(inspection=inspection.id, officer=leaving, version=NOW)
    made.act("approver1", "approver", approve)
    seat = Seat(inspection=inspection.id, officer=leaving)
    story.reveal_draw(made, story.commit_draw(made, "replacement", seat=seat))


def _return_one_result(made: RecordedStory, inspection: Inspection) -> None:
    """A result is confirmed and returned, entered anew, and waits for its second confirmation."""
    id_, (one, other) = inspection.id, inspection.officers
    story.visit(made, id_, inspection.officers)
    made.act(one, "officer", story.clean_result(id_))
    made.act(other, "officer", ConfirmResult(inspection=id_, version=NOW))
    returned = ReviewResult(inspection=id_, version=NOW, approve=False, remark="示例：请补充")
    made.act("reviewer1", "reviewer", returned)
    made.act(one, "officer", story.clean_result(id_))


def _sign_a_recusal(made: RecordedStory) -> None:
    """One signs a recusal, and somebody else revokes a key."""
    made.act(
        "E6", "officer", DeclareRecusal(id="E6", entity=story.entity_id(1), reason="示例：亲属")
    )
    leaving = Signer(staff="E5", origin=ORIGIN).public_key
    made.act("E5", "officer", RevokeSigningKey(public_key=leaving, reason="示例：遗失"))


@contextmanager
def _database(server: str, template: str = "template1") -> Iterator[str]:
    name = f"audit_{uuid4().hex}"
    create = SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(create)
        yield make_conninfo(server, dbname=name)
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@pytest.fixture
def folder(told: Told, tmp_path: Path) -> Path:
    """Give a copy of the export, to be damaged."""
    return shutil.copytree(told.folder, tmp_path / "export")


@pytest.fixture
def live(told: Told, server: str) -> Iterator[str]:
    """DSN of a copy of the database, to be damaged."""
    with _database(server, str(conninfo_to_dict(told.dsn)["dbname"])) as dsn:
        yield dsn


@pytest.fixture
def check(told: Told) -> Callable[[Path], Report]:
    """Verify an export with the key that was handed over beforehand."""
    return lambda path: verify(Export(path), vkey=told.vkey)


@pytest.fixture
def subject_keys(told: Told, tmp_path: Path) -> Path:
    """Give a copy of the store of subjects' keys, to be damaged."""
    return Path(shutil.copy(told.base / "keys" / STORE, tmp_path / STORE))


@pytest.fixture
def check_live(told: Told, live: str, subject_keys: Path) -> Callable[[], Report]:
    """Verify the copy of the database."""

    def run() -> Report:
        with snapshot(live) as view:
            return verify(Live(live, view, subject_keys), vkey=told.vkey)

    return run
