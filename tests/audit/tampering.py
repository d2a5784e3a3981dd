"""The attacks of docs/threat-model.md, each carried out by somebody with certain powers on a copy of the told history.

An attack gives, by command, the codes that the commands of the outside find. Nothing is found where it went unnoticed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.heads import Head
from audit.live import Live
from audit.sources import Export
from audit.verify import verify
from ledger.snapshot import snapshot
from tests.audit import rewriting

if TYPE_CHECKING:
    from tests.audit.conftest import Told
    from tests.audit.rewriting import Edit, Slots

READER, DBA, SERVICE, ALL = "reader", "database", "service-keys", "all-keys"
LIVE, EXPORT = "mingqian audit verify", "mingqian audit verify DIR"
KEPT = " --checkpoint KEPT"

Found: TypeAlias = dict[str, frozenset[str]]
Attack: TypeAlias = Callable[["Scene"], Found]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Who attacks, and what: a copy of the database, and a copy of the export to hand on."""

    attacker: str
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

    def examine(self) -> Found:
        """Verify with the key from elsewhere alone, and with a checkpoint that was kept besides."""
        text = (self.told.folder / "checkpoint").read_text("utf-8")
        kept = (Head(where="kept", text=text, size="any"),)
        found: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
        for suffix, heads in (("", ()), (KEPT, kept)):
            if self.attacker == READER:
                report = verify(Export(self.folder), vkey=self.told.vkey, kept=heads)
                found[EXPORT + suffix] = frozenset(each.code for each in report.failures)
                continue
            with snapshot(self.live) as view:
                report = verify(Live(self.live, view), vkey=self.told.vkey, kept=heads)
            found[LIVE + suffix] = frozenset(each.code for each in report.failures)
        return found


def flip(scene: Scene) -> Found:
    """Change one word of a fact that nobody signs: a school's address."""

    def edit(slots: Slots) -> None:
        (event,) = slots[rewriting.find(slots, "entity.added.v1", 3)]
        event["data"]["details"]["address"] += "号"

    return scene.rewrite(edit)


def delete(scene: Scene) -> Found:
    """Take one event out, the last of its stream, so that no number is missing."""

    def edit(slots: Slots) -> None:
        slots[rewriting.find(slots, "inspection.result_published.v1", 1)].clear()

    return scene.rewrite(edit)


def insert(scene: Scene) -> Found:
    """Declare a recusal in an officer's name, who signs such things since that is mandatory."""
    return scene.rewrite(lambda slots: _append(slots, "officer.recusal_declared.v1"))


def insert_unsigned(scene: Scene) -> Found:
    """Enter a department in the administrator's name: nobody signs that."""

    def edit(slots: Slots) -> None:
        actor = {"id": "admin", "role": "administrator"}
        stream = "department/invented"
        _append(slots, "department.added.v1", stream=stream, version=1, actor=actor)

    return scene.rewrite(edit)


def _append(slots: Slots, type_: str, **changes: object) -> None:
    """Put an event like an earlier one behind the end, as its stream's next."""
    (model,) = slots[rewriting.find(slots, type_)]
    (last,) = slots[-1]
    versions = [one["version"] for (one,) in slots if one["stream"] == model["stream"]]
    fresh = {
        "version": max(versions) + 1,
        "recorded_at": last["recorded_at"],
        "command_id": str(UUID(int=1)),
        "nonce": "1" * 32,
    }
    slots.append([{**model, **fresh, **changes}])


def swap(scene: Scene) -> Found:
    """Let two people who were entered one after the other change places."""

    def edit(slots: Slots) -> None:
        first, second = (rewriting.find(slots, "staff.added.v1", number) for number in (1, 2))
        slots[first], slots[second] = slots[second], slots[first]

    return scene.rewrite(edit)


def renumber(scene: Scene) -> Found:
    """Give the last event of a stream the number after its own, as if one were missing before it."""

    def edit(slots: Slots) -> None:
        (event,) = slots[rewriting.find(slots, "inspection.result_published.v1")]
        event["version"] += 1

    return scene.rewrite(edit)


def truncate(scene: Scene) -> Found:
    """Hand on, or leave in the database, only what was there on an earlier day."""
    earlier = (scene.told.earlier / "events.jsonl").read_bytes().count(b"\n")
    if scene.attacker == READER:
        return Scene(
            attacker=READER, told=scene.told, live=scene.live, folder=scene.told.earlier
        ).examine()
    rewriting.cut(scene.live, earlier)
    return scene.examine()


def project(scene: Scene) -> Found:
    """Change what pages read: a school gets another name."""
    if scene.attacker == READER:
        return {}
    with psycopg.connect(scene.live) as connection:
        table = connection.execute(
            "SELECT relname FROM pg_class WHERE relname ~ '^entities_v[0-9]+$'"
        ).fetchone()
        assert table is not None
        connection.execute(
            f"UPDATE projections.{table[0]} SET name = '示例改名' WHERE id = 'school:1300000001'"  # type: ignore[arg-type]
        )
    return scene.examine()


ATTACKS: dict[str, Attack] = {
    "flip": flip,
    "delete": delete,
    "insert": insert,
    "insert-unsigned": insert_unsigned,
    "swap": swap,
    "renumber": renumber,
    "truncate": truncate,
    "projection": project,
}
