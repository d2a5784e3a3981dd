"""A story that is kept as the ledger keeps it, in an export folder that only ever grows.

It needs no database: bytes, links, signatures and heads come from the ledger's own functions, keys and
nonces from fixed seeds. What stands in the folder is read back, folded and continued, never rewritten.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain import merkle
from domain.acts import act_of
from domain.bundles import bundles
from domain.canonical import canon
from domain.draw_commands import CoverDraw
from domain.facts import Recorded
from domain.genesis import LedgerOpened
from domain.signing import Signature, SignedCommand, verified, with_salt
from domain.signing_keys import standing_key
from ledger import codec, commits, note, sealing
from ledger.commits import Commit
from ledger.envelope import Envelope, Signed
from ledger.keys import Keys
from ledger.prover import CHECKS
from ledger.sealing import MasterKey
from ledger.subject_keys import SubjectKeys
from tests.signers import Signer
from tests.story import Story, looked

if TYPE_CHECKING:
    from domain.facts import Actor, Command, Fact

ORIGIN = "example.test/story"
LOG_KEY = Ed25519PrivateKey.from_private_bytes(sha256(b"event-history/log").digest())
SERVICE_KEY = Ed25519PrivateKey.from_private_bytes(sha256(b"event-history/service").digest())
VKEY = note.log_key(ORIGIN, LOG_KEY.public_key().public_bytes_raw())
MANIFEST = {"exported_by": "示例", "format": "mingqian-ledger-v1", "origin": ORIGIN}


@dataclass
class Chronicle(Story):
    """A story with its stored bytes, commits and checkpoints (notes by their size)."""

    lines: list[bytes] = field(default_factory=list)
    sealed: list[Commit] = field(default_factory=list)
    notes: dict[int, str] = field(default_factory=dict)
    signature: Signature | None = None
    signed: SignedCommand | None = None

    def signer_of(self, who: str) -> Signer | None:
        """Whoever has a key of a story signs with it."""
        own = Signer(staff=who, origin=ORIGIN)
        standing = standing_key(self.history, who)
        has = standing is not None and standing.public_key == own.public_key
        return self.signer or (own if has else None)

    def decide(self, who: str, role: str, command: Command) -> tuple[Fact, ...]:
        """Sign it first, where somebody signs."""
        command = looked(command, self.history)
        self.signature = self.signed = None
        if (signer := self.signer_of(who)) is not None:
            self.signature = signer.sign(command, self._command_id())
            self.signed = verified(
                command,
                self.signature,
                name=act_of(command).name,
                command_id=self._command_id(),
                history=self.history,
                checks=CHECKS,
            )
        return super().decide(who, role, command)

    def record(self, fact: Fact, actor: Actor) -> None:
        """Store a fact and fold what is read back of it."""
        if fact.personal and self.signature is not None and self.signature.salt:
            fact = with_salt(fact, self.signature.salt)
        if isinstance(fact.event, LedgerOpened):
            own = SERVICE_KEY.public_key().public_bytes_raw().hex()
            fact = replace(fact, event=replace(fact.event, vkey=str(VKEY), service_key=own))
        leaf = self.history.size
        recorded = Recorded(
            leaf=leaf,
            stream=fact.stream,
            version=self.history.version(fact.stream) + 1,
            recorded_at=self.now,
            actor=actor,
            command_id=self._command_id(),
            event=fact.event,
        )
        self.lines.append(_envelope(recorded, fact, self.signed).to_bytes())
        self.signed = None
        self.history.apply(codec.to_recorded(leaf, Envelope.from_bytes(self.lines[-1])))
        if not leaf:
            self._seal()

    def act(self, who: str, role: str, *commands: Command) -> tuple[object, ...]:
        """Let somebody act, in one commit."""
        events = super().act(who, role, *commands)
        self._seal()
        return events

    def cover(self, draw_id: str) -> None:
        """Publish a checkpoint and note it, as the program does."""
        size = self.publish()
        self.act("system", "system", CoverDraw(draw_id=draw_id, checkpoint=size))

    def publish(self) -> int:
        """Sign the head over all leaves and give their number."""
        root = merkle.root([merkle.leaf_hash(line) for line in self.lines])
        head = note.Checkpoint(origin=ORIGIN, size=len(self.lines), root=root)
        self.notes.setdefault(head.size, note.sign_checkpoint(head, LOG_KEY))
        return head.size

    def _command_id(self) -> str:
        """One for each commit."""
        first = self.sealed[-1].size if self.sealed else 0
        return str(UUID(bytes=_seed("command", first)[:16], version=4))

    def _seal(self) -> None:
        first = self.sealed[-1].size if self.sealed else 0
        hashes = [merkle.leaf_hash(line) for line in self.lines[first:]]
        if hashes:
            link = self.sealed[-1].link if self.sealed else commits.FIRST_LINK
            self.sealed.append(commits.seal(link, first, hashes, SERVICE_KEY))


def keys() -> Keys:
    """Give the keys of the story, to forge another with."""
    unused = SubjectKeys(Path("unused"), MasterKey(b""))
    return Keys(service=SERVICE_KEY, log=LOG_KEY, master=b"", token=b"", subjects=unused)


def read(folder: Path) -> Chronicle:
    """Give the story of a folder, ready to be continued."""
    told = Chronicle()
    told.lines = (folder / "events.jsonl").read_bytes().splitlines()
    for leaf, line in enumerate(told.lines):
        told.history.apply(codec.to_recorded(leaf, Envelope.from_bytes(line)))
    told.now = told.history.recorded_at
    for line in (folder / "commits.jsonl").read_bytes().splitlines():
        told.sealed.append(_commit(json.loads(line)))
    for path in [*(folder / "checkpoints").iterdir(), folder / "checkpoint"]:
        text = path.read_text("utf-8")
        told.notes[note.Checkpoint.parse(note.Note.parse(text).text).size] = text
    return told


def write(told: Chronicle, folder: Path) -> None:
    """Write the folder of a story; what it holds already may only be continued."""
    newest = told.publish()
    old = folder / "events.jsonl"
    content = b"".join(line + b"\n" for line in told.lines)
    assert not old.exists() or content.startswith(old.read_bytes()), "a history only grows"
    proofs = bundles(told.history)
    counts = {"events": newest, "commits": len(told.sealed), "checkpoints": len(told.notes)}
    manifest = {**MANIFEST, **counts, "bundles": len(proofs), "exported_at": told.now}
    files = {
        "events.jsonl": content,
        "commits.jsonl": b"".join(canon(one.as_object()) + b"\n" for one in told.sealed),
        "checkpoint": told.notes[newest].encode(),
        **{f"checkpoints/{n}": text.encode() for n, text in told.notes.items() if n < newest},
        **{name: canon(proof) + b"\n" for name, proof in proofs.items()},
        "manifest.json": canon(manifest) + b"\n",
    }
    for name, held in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(held)


def _envelope(recorded: Recorded, fact: Fact, signed: SignedCommand | None) -> Envelope:
    type_name, data = codec.encode(recorded.event)
    sealed = None
    if fact.personal:
        place = sealing.Place(
            subject=fact.subject or "",
            stream=recorded.stream,
            version=recorded.version,
            type=type_name,
        )
        sealed = sealing.seal(_seed("subject", place.subject), place, fact.personal)
    return Envelope(
        type=type_name,
        stream=recorded.stream,
        version=recorded.version,
        recorded_at=recorded.recorded_at,
        actor=recorded.actor,
        command_id=recorded.command_id,
        nonce=_seed("nonce", recorded.leaf)[:16].hex(),
        data=data,
        sealed=sealed,
        signed=Signed.of(signed) if signed else None,
    )


def _seed(what: str, which: object) -> bytes:
    return sha256(f"event-history/{what}/{which}".encode()).digest()


def _commit(row: dict[str, Any]) -> Commit:
    return Commit(
        first_leaf=row["first_leaf"],
        count=row["count"],
        link=bytes.fromhex(row["link"]),
        key=bytes.fromhex(row["key"]),
        sig=base64.b64decode(row["sig"]),
    )
