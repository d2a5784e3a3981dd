"""Who attacks the told history with which powers, and what those outside find afterwards, by command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.heads import Head
from audit.live import Live
from audit.sources import Export
from audit.verify import verify
from domain.errors import DomainError
from domain.facts import Actor
from ledger.clock import SystemClock
from ledger.continuation import Log, continued
from ledger.note import Checkpoint, Note
from ledger.published_log import Folder, PublishedLog
from ledger.snapshot import snapshot
from ledger.store import Ledger
from ledger.submitter import request
from ledger.witness import Heads, LedgerWitness
from ledger.writer import Writer
from tests.audit import rewriting
from tests.audit.conftest import Told
from tests.conftest import prover_of

if TYPE_CHECKING:
    from uuid import UUID

    from audit.report import Report
    from domain.facts import Command
    from tests.audit.rewriting import Edit
    from tests.signers import Signer

READER, DBA, SERVICE, ALL = "reader", "database", "service-keys", "all-keys"
LIVE, EXPORT = "mingqian audit verify", "mingqian audit verify DIR"
KEPT = " --checkpoint KEPT"
ACT = "POST /acts/officer.declare-recusal"
CONFIRM = "POST /acts/inspection.confirm-result"
CONTINUE, WITNESS = "mingqian audit continue KEPT", "mingqian witness serve"

Found: TypeAlias = dict[str, frozenset[str]]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Who attacks, and what: a copy of the database, and a copy of the export to hand on.

    Those outside look with the commands `looking`, or with all of them where none is named.
    """

    attacker: str
    looking: tuple[str, ...]
    told: Told
    live: str
    folder: Path

    @property
    def service(self) -> Ed25519PrivateKey | None:
        """The service key, for who stole it."""
        return self.told.keys.service if self.attacker in {SERVICE, ALL} else None

    @property
    def log(self) -> Ed25519PrivateKey | None:
        """The log key, for who stole everything."""
        return self.told.keys.log if self.attacker == ALL else None

    def rewrite(self, edit: Edit) -> Found:
        """Write the history anew, as far as it can be put right, and look what the outside finds."""
        if self.attacker == READER:
            rewriting.rewrite_export(self.folder, edit)
        else:
            rewriting.rewrite(self.live, edit, service=self.service, log=self.log)
        return self.examine()

    @property
    def kept(self) -> str:
        """The checkpoint that an outsider has kept, over the whole history."""
        return (self.told.folder / "checkpoint").read_text("utf-8")

    @property
    def earlier_size(self) -> int:
        """Leaves that there were on the earlier day."""
        return (self.told.earlier / "events.jsonl").read_bytes().count(b"\n")

    def publish(self) -> Path:
        """Write what the public would read of the database as it stands: its newest checkpoint and tiles."""
        folder = self.folder.with_name("published")
        with psycopg.connect(self.live) as connection:
            (text,) = connection.execute(
                "SELECT note FROM ledger.checkpoints ORDER BY size DESC LIMIT 1"
            ).fetchone() or ("",)
            rows = connection.execute(
                "SELECT leaf_hash FROM ledger.events ORDER BY leaf"
            ).fetchall()
        rewriting.write_published(folder, text, [leaf_hash for (leaf_hash,) in rows])
        return folder

    def examine_published(self, folder: Path | None = None) -> Found:
        """Let somebody go on from the kept checkpoint, and a witness who signed it be shown the new one."""
        folder = folder or self.publish()
        published = PublishedLog(Folder(folder))
        found: Found = {CONTINUE: frozenset(), WITNESS: frozenset()}
        try:
            continued(self.kept, published, Log(key=self.told.vkey))
        except DomainError as refusal:
            found[CONTINUE] = frozenset({refusal.code})
        status = self._show_witness(folder.parent, published)
        found[WITNESS] = frozenset() if status == 200 else frozenset({str(status)})
        return found

    def _show_witness(self, base: Path, published: PublishedLog) -> int:
        """What a witness answers who has signed the kept checkpoint."""
        logs = {self.told.vkey.name: (self.told.vkey,)}
        key, heads = Ed25519PrivateKey.generate(), Heads(base / "heads.sqlite")
        witness = LedgerWitness("witness.example/示例", key, logs, heads, lambda: 1)
        assert witness.add_checkpoint(f"old 0\n\n{self.kept}".encode()).status == 200
        shown, size = published.checkpoint(), _size(published.checkpoint())
        old = min(_size(self.kept), size)  # nobody proves that fewer leaves continue more
        return witness.add_checkpoint(request(shown, old, published.tree(size))).status

    def ask(
        self,
        who: str,
        command: Command,
        command_id: str,
        signer: Signer,
        signed_for: UUID | None = None,
    ) -> frozenset[str]:
        """Have the running service decide an officer's signed command, and give its refusal."""
        actor = Actor(id=who, role="officer")
        signature = signer.sign(command, str(signed_for or command_id))
        with Ledger(self.live, self.told.keys) as ledger:
            writer = Writer(ledger, SystemClock(), prover_of(self.told.keys))
            try:
                writer.execute(
                    [command], actor=actor, command_id=command_id, signatures=[signature]
                )
            except DomainError as refusal:
                return frozenset({refusal.code})
        return frozenset()

    def examine(self) -> Found:
        """Verify with the key from elsewhere alone, and with a checkpoint that was kept besides."""
        kept = (Head(where="kept", text=self.kept, size="any"),)
        found: Found = {}
        for suffix, heads in (("", ()), (KEPT, kept)):
            command = (EXPORT if self.attacker == READER else LIVE) + suffix
            if command in self.looking or not self.looking:
                found[command] = frozenset(each.code for each in self._verify(heads).failures)
        return found

    def _verify(self, kept: tuple[Head, ...]) -> Report:
        if self.attacker == READER:
            return verify(Export(self.folder), vkey=self.told.vkey, kept=kept)
        with snapshot(self.live) as view:
            return verify(Live(self.live, view), vkey=self.told.vkey, kept=kept)


def _size(note: str) -> int:
    return Checkpoint.parse(Note.parse(note).text).size
