"""People sign for themselves over HTTP: what is accepted, what is stored of it, and what is refused."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api.acting import command_id
from api.signatures import written
from domain import signing
from domain.acts import act_of
from domain.errors import DomainError
from domain.organisation import AddStaff, ChangeStaffRoles
from domain.personnel_commands import DeclareRecusal
from domain.signing import Signature
from domain.signing_keys import ConfirmSigningKey, MakeSigningMandatory, RevokeSigningKey
from tests import story
from tests.independent_signing import signed as signed_independently
from tests.signers import Signer

if TYPE_CHECKING:
    import httpx

    from domain.facts import Command
    from ledger.envelope import Envelope
    from tests.serving import Service

VECTOR: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "signed_command.json").read_text("utf-8")
)
ORIGIN = VECTOR["origin"]
ADMIN, SECOND, OFFICER = (Signer(staff=who, origin=ORIGIN) for who in ("admin", "admin2", "E2"))
ROLES = ChangeStaffRoles(id="E6", roles=("officer", "reviewer"), reason="示例")


def act(service: Service, signer: Signer, command: Command, key: str) -> httpx.Response:
    """Let somebody sign and act."""
    signature = signer.sign(command, command_id(signer.staff, key))
    headers = {"Idempotency-Key": key, "Mingqian-Signature": written(signature)}
    return service.act(signer.staff, command, **headers)


def done(answer: httpx.Response) -> None:
    """It was recorded."""
    assert answer.status_code == 200, answer.text


def code(answer: httpx.Response) -> str:
    """Why it was refused."""
    assert answer.status_code >= 400, answer.text
    text: str = answer.json()["code"]
    return text


def newest(service: Service) -> Envelope:
    """The last event."""
    return service.parts.ledger.read(service.parts.ledger.size() - 1)[0].envelope()


def confirm(signer: Signer, *, bootstrap: bool = False) -> ConfirmSigningKey:
    """Confirm somebody's key."""
    return ConfirmSigningKey(public_key=signer.public_key, bootstrap=bootstrap)


def with_keys(service: Service) -> None:
    """Two administrators and an officer can sign."""
    second = AddStaff(id="admin2", department="edu", roles=("administrator",), personal={})
    done(service.act("admin", second))
    done(service.act("admin", ADMIN.enrolment()))
    done(service.act("admin2", confirm(ADMIN, bootstrap=True)))
    for signer in (SECOND, OFFICER):
        done(service.act(signer.staff, signer.enrolment()))
        done(act(service, ADMIN, confirm(signer), f"confirm {signer.staff}"))


def test_the_vector_follows_from_the_description_and_from_the_program() -> None:
    """Independent code arrives at the same canonical text, command id, signature and proof as ours."""
    expected = VECTOR["expected"]
    assert signed_independently(VECTOR) == expected
    command = DeclareRecusal(**VECTOR["data"])
    said = signing.form(
        command,
        name=act_of(command).name,
        command_id=command_id(VECTOR["staff"], VECTOR["idempotency_key"]),
        origin=ORIGIN,
        suite="ed25519-sha256",
        salt=bytes.fromhex(VECTOR["salt"]),
    )
    assert signing.message(said).partition(b"\0")[2].decode() == expected["canonical"]


def test_the_service_accepts_the_vector_and_keeps_its_reason_sealed(service: Service) -> None:
    """Enrolled and signed by independent code; the salt opens with the subject's key and gives the commitment."""
    with_keys(service)
    service.act("admin", AddStaff(id="E1", department="edu", roles=("officer",), personal={}))
    told = story.Story(now="2024-01-06T01:00:00.000Z")
    story.add_officer(told, "E1", "edu")
    expected = VECTOR["expected"]
    enrol = {
        "public_key": expected["public_key"],
        "suite": "ed25519-sha256",
        "proof": expected["proof"],
    }
    headers = service.as_("E1")
    done(service.http.post("/acts/signing-key.enrol", json=enrol, headers=headers))
    standing = ConfirmSigningKey(public_key=expected["public_key"], bootstrap=False)
    done(act(service, ADMIN, standing, "confirm E1"))
    headers = {
        **service.as_("E1"),
        "Idempotency-Key": VECTOR["idempotency_key"],
        "Mingqian-Signature": expected["header"],
    }
    url = f"/acts/{VECTOR['act']}"
    done(service.http.post(url, json=VECTOR["data"], headers=headers))
    envelope = newest(service)
    assert envelope.signed is not None
    assert envelope.command_id == expected["command_id"]
    assert signing.message(envelope.signed.command).endswith(expected["canonical"].encode())
    opened = service.parts.ledger.unseal(envelope)
    assert opened == {"reason": VECTOR["data"]["reason"], "salt": VECTOR["salt"]}
    stored = service.parts.ledger.read(service.parts.ledger.size() - 1)[0].state.decode()
    assert VECTOR["salt"] not in stored
    assert VECTOR["data"]["reason"] not in stored
    again = signing.commitment(bytes.fromhex(opened["salt"]), opened["reason"])
    assert envelope.signed.command["data"] == {**VECTOR["data"], "reason": again}
    # The same request again is answered again, and recorded once.
    size = service.parts.ledger.size()
    done(service.http.post(url, json=VECTOR["data"], headers=headers))
    assert service.parts.ledger.size() == size
    shown = service.get("/registries/officers/E1", "discipline1").json()
    assert "salt" not in shown["personal"]
    # Without the key of its subject, nothing tells what the commitment stands for.
    service.parts.keys.subjects.erase(["officer/E1"])
    with pytest.raises(DomainError, match="sealed-unreadable"):
        service.parts.ledger.unseal(envelope)


def test_before_it_is_mandatory_signing_is_voluntary_and_from_then_on_required(
    service: Service,
) -> None:
    """Refused with 403 and recorded nowhere; with the signature it goes on."""
    with_keys(service)
    done(service.act("admin", ROLES))
    assert newest(service).signed is None
    done(act(service, ADMIN, MakeSigningMandatory(), "mandatory"))
    size = service.parts.ledger.size()
    answer = service.act("admin", ROLES)
    assert (answer.status_code, code(answer)) == (403, "signature-required")
    assert service.parts.ledger.size() == size
    done(act(service, ADMIN, ROLES, "roles"))
    signed = newest(service).signed
    assert signed is not None
    assert signed.key == ADMIN.public_key


def test_a_signature_fits_one_command_one_key_and_one_person(service: Service) -> None:
    """Whatever else is sent with it is refused."""
    with_keys(service)
    good = ADMIN.sign(ROLES, command_id("admin", "key"))

    def send(who: str, command: Command, key: str, signature: Signature) -> str:
        headers = {"Idempotency-Key": key, "Mingqian-Signature": written(signature)}
        return code(service.act(who, command, **headers))

    other = ChangeStaffRoles(id="E6", roles=("officer",), reason="示例")
    assert send("admin", other, "key", good) == "command-signature-invalid"
    assert send("admin", ROLES, "another key", good) == "command-signature-invalid"
    assert send("admin2", ROLES, "key", good) == "command-signature-invalid"
    stolen = ADMIN.sign(ROLES, command_id("admin2", "key"))
    assert send("admin2", ROLES, "key", stolen) == "signing-key-not-standing"
    unknown = Signer(staff="admin", origin=ORIGIN, seed="unknown")
    made_up = unknown.sign(ROLES, command_id("admin", "key"))
    assert send("admin", ROLES, "key", made_up) == "signing-key-not-standing"
    elsewhere = Signer(staff="admin", origin="example.test/other")
    foreign = elsewhere.sign(ROLES, command_id("admin", "key"))
    assert send("admin", ROLES, "key", foreign) == "command-signature-invalid"
    recusal = DeclareRecusal(id="E2", entity=story.entity_id(1), reason="示例：亲属")
    bare = OFFICER.sign(recusal, command_id("E2", "key"))
    without = Signature(key=bare.key, sig=bare.sig)
    assert send("E2", recusal, "key", without) == "signature-salt-missing"


def test_a_revoked_key_signs_nothing_more(service: Service) -> None:
    """From that leaf on."""
    with_keys(service)
    revoke = RevokeSigningKey(public_key=OFFICER.public_key, reason="示例：遗失")
    done(act(service, ADMIN, revoke, "revoke"))
    again = RevokeSigningKey(public_key=OFFICER.public_key, reason="示例")
    assert code(act(service, OFFICER, again, "late")) == "signing-key-not-standing"
    listed = service.get("/signing-keys", "clerk-edu", staff="E2").json()["entries"]
    assert [(one["public_key"], one["state"]) for one in listed] == [
        (OFFICER.public_key, "revoked")
    ]


def test_the_signature_stands_with_the_first_event_of_its_command_alone(service: Service) -> None:
    """A key that replaces another is two events: one signature by the old key, a proof by the new."""
    with_keys(service)
    first = service.parts.ledger.size()
    done(act(service, OFFICER, Signer(staff="E2", origin=ORIGIN, seed="new").enrolment(), "rotate"))
    events = [entry.envelope() for entry in service.parts.ledger.read(first)]
    assert [event.type for event in events] == [
        "signing_key.enrolled.v1",
        "signing_key.replaced.v1",
    ]
    assert [event.signed is not None for event in events] == [True, False]


def test_the_same_act_signed_by_another_key_is_another_request(service: Service) -> None:
    """Whoever sends it again unsigned is not told that it was signed, nor the other way round."""
    with_keys(service)
    done(act(service, ADMIN, ROLES, "key"))
    bare = service.act("admin", ROLES, **{"Idempotency-Key": "key"})
    assert code(bare) == "command-id-reused"


def test_each_act_of_a_batch_is_signed_by_itself(service: Service) -> None:
    """All under one command id; the same words twice are refused."""
    with_keys(service)
    commands = [
        ChangeStaffRoles(id=who, roles=("officer", "reviewer"), reason="示例")
        for who in ("E5", "E6")
    ]
    key = "batch"
    acts = [
        {
            "act": act_of(command).name,
            **asdict(command),
            "signature": written(ADMIN.sign(command, command_id("admin", key))),
        }
        for command in commands
    ]
    headers = {**service.as_("admin"), "Idempotency-Key": key}
    twice = service.http.post("/batches", json={"acts": [acts[0], acts[0]]}, headers=headers)
    assert code(twice) == "command-repeated"
    first = service.parts.ledger.size()
    done(service.http.post("/batches", json={"acts": acts}, headers=headers))
    found = [entry.envelope().signed for entry in service.parts.ledger.read(first)]
    assert [one.command["stream"] if one else None for one in found] == ["staff/E5", "staff/E6"]


@pytest.mark.parametrize("text", ["x", "00:AAAA", f"{'00' * 32}:?", f"{'00' * 32}:AAAA:00"])
def test_a_malformed_signature_is_refused(service: Service, text: str) -> None:
    """As is one without an Idempotency-Key, from which its command id follows."""
    headers = {"Idempotency-Key": "key", "Mingqian-Signature": text}
    answer = service.act("admin", ROLES, **headers)
    assert (answer.status_code, code(answer)) == (422, "signature-malformed")
    signature = written(ADMIN.sign(ROLES, command_id("admin", "key")))
    answer = service.act("admin", ROLES, **{"Mingqian-Signature": signature})
    assert code(answer) == "signature-malformed"
