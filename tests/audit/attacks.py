"""The attacks of docs/threat-model.md, each carried out on a copy of the told history by somebody with certain powers.

An attack gives what those outside find, by command; nothing is found where it went unnoticed, and there is nothing to
give where these people cannot do it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.inspection_commands import ConfirmResult
from domain.personnel_commands import DeclareRecusal
from ledger.note import log_key
from tests import story
from tests.audit import forge, rewriting
from tests.audit.scene import ACT, CONFIRM, DBA, READER, Found, Scene
from tests.signers import Signer, signed_as_stored
from tests.tamper import tamper

if TYPE_CHECKING:
    from tests.audit.rewriting import Slots

Attack: TypeAlias = Callable[[Scene], Found]
RECUSED, CONFIRMED = "officer.recusal_declared.v1", "inspection.result_confirmed.v1"


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
    return scene.rewrite(lambda slots: _recuse(slots, "E4"))


def insert_unsigned(scene: Scene) -> Found:
    """Enter a department in the administrator's name: nobody signs that."""
    return scene.rewrite(_one_more)


def _one_more(slots: Slots) -> None:
    actor = {"id": "admin", "role": "administrator"}
    stream = "department/invented"
    _append(slots, "department.added.v1", stream=stream, version=1, actor=actor)


def _recuse(slots: Slots, who: str, signer: Signer | None = None) -> None:
    """Put an officer's recusal behind the end, signed by `signer` or by nobody."""
    (model,) = slots[rewriting.find(slots, RECUSED, -1)]
    stream, sealed = f"officer/{who}", {**model["sealed"], "subject": f"officer/{who}"}
    entity = story.entity_id(2)
    _append(
        slots,
        RECUSED,
        stream=stream,
        version=1 + sum(one["stream"] == stream for (one,) in slots),
        actor={"id": who, "role": "officer"},
        data={"entity": entity},
        sealed=sealed,
    )
    (event,) = slots[-1]
    del event["signed"]
    if signer is not None:
        command = DeclareRecusal(id=who, entity=entity, reason="示例")
        event["signed"] = signed_as_stored(event, signer, command)


def _append(slots: Slots, type_: str, **changes: object) -> None:
    """Put an event like an earlier one behind the end, as its stream's next."""
    (model,) = slots[rewriting.find(slots, type_, -1)]
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
    if scene.attacker == READER:
        return replace(scene, folder=scene.told.earlier).examine()
    rewriting.cut(scene.live, scene.earlier_size)
    return scene.examine()


def project(scene: Scene) -> Found:
    """Change what pages read: a school gets another name."""
    if scene.attacker == READER:
        return {}
    tamper(
        scene.live,
        "UPDATE projections.entities_v3 SET name = '示例改名' WHERE id = 'school:1300000001'",
    )
    return scene.examine()


def resign(scene: Scene) -> Found:
    """Sign everything anew: with the stolen keys, and with keys of one's own where none was stolen."""
    if scene.log is not None:
        return flip(scene)
    service, log = scene.service or Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()

    def edit(slots: Slots) -> None:
        opened = slots[0][0]["data"]
        opened["vkey"] = str(log_key(opened["origin"], log.public_key().public_bytes_raw()))
        opened["service_key"] = service.public_key().public_bytes_raw().hex()

    if scene.attacker == READER:
        own = replace(scene.told.keys, service=service, log=log)
        forge.forge(scene.folder, own, lambda events: edit([[event] for event in events if event]))
    else:
        rewriting.rewrite(scene.live, edit, service=service, log=log)
    return scene.examine()


def fork(scene: Scene) -> Found:
    """Show one reader another history, with a checkpoint that leads to it as far as there are keys for that."""

    def edit(slots: Slots) -> None:
        (event,) = slots[rewriting.find(slots, "entity.added.v1", 3)]
        event["data"]["details"]["address"] += "号"

    log = scene.log or (Ed25519PrivateKey.generate() if scene.attacker == READER else None)
    rewriting.rewrite(scene.live, edit, service=scene.service, log=log)
    return scene.examine_published()


def tile(scene: Scene) -> Found:
    """Replace a hash in a tile, where the static files are."""
    published = scene.publish()
    (partial,) = (published / "tile" / "0").glob("*.p/*")
    content = bytearray(partial.read_bytes())
    content[0] ^= 1
    partial.write_bytes(bytes(content))
    return scene.examine_published(published)


def roll_back(scene: Scene) -> Found:
    """Restore yesterday's backup and go on from it, as if today had not been."""
    if scene.attacker == READER:
        return {}
    rewriting.cut(scene.live, scene.earlier_size)
    if scene.service is None:
        return scene.examine()
    rewriting.rewrite(scene.live, _one_more, service=scene.service, log=scene.log)
    return {**scene.examine(), **scene.examine_published()}


def revoke_late(scene: Scene) -> Found:
    """Use an officer's stolen key after its owner has revoked it."""
    signer = Signer(staff="E5", origin=scene.told.vkey.name)
    if scene.attacker == READER:
        command = DeclareRecusal(id="E5", entity=story.entity_id(2), reason="示例")
        return {ACT: scene.ask("E5", command, str(UUID(int=2)), signer)}
    return scene.rewrite(lambda slots: _recuse(slots, "E5", signer))


def replay(scene: Scene) -> Found:
    """Hand in, or record, once more what an officer signed before."""
    if scene.attacker == READER:
        signer = Signer(staff="E6", origin=scene.told.vkey.name)
        command = DeclareRecusal(id="E6", entity=story.entity_id(1), reason="示例：亲属")
        return {ACT: scene.ask("E6", command, str(UUID(int=2)), signer, signed_for=UUID(int=3))}

    def edit(slots: Slots) -> None:
        (model,) = slots[rewriting.find(slots, RECUSED, -1)]
        _append(slots, RECUSED, command_id=model["command_id"])

    return scene.rewrite(edit)


def keep_back(scene: Scene) -> Found:
    """Let a second signature of an officer, who was told that the first had failed, confirm what was entered anew since."""
    events = forge.read(scene.folder)
    said = events[forge.find(events, CONFIRMED, -1)]
    who, data = said["actor"]["id"], said["signed"]["command"]["data"]
    signer, command = Signer(staff=who, origin=scene.told.vkey.name), ConfirmResult(**data)
    if scene.attacker == READER:
        return {CONFIRM: scene.ask(who, command, str(UUID(int=2)), signer)}

    def edit(slots: Slots) -> None:
        _append(slots, CONFIRMED)
        (event,) = slots[-1]
        event["signed"] = signed_as_stored(event, signer, command)

    return scene.rewrite(edit)


def withhold(scene: Scene) -> Found:
    """Take an officer's act and record nothing of it."""
    return {} if scene.attacker in {READER, DBA} else scene.examine()


ATTACKS: dict[str, Attack] = {
    "flip": flip,
    "delete": delete,
    "insert": insert,
    "insert-unsigned": insert_unsigned,
    "swap": swap,
    "renumber": renumber,
    "truncate": truncate,
    "projection": project,
    "resign": resign,
    "fork": fork,
    "tile": tile,
    "roll-back": roll_back,
    "revoke-late": revoke_late,
    "replay": replay,
    "keep-back": keep_back,
    "withhold": withhold,
}
