"""People make keys, enrol and lose them, and sign what they do, all from terminals against a running service."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from audit.sources import Export
from audit.verify import verify
from domain.bundles import bundles
from domain.errors import DomainError
from domain.lottery.entropy import witness_commit
from domain.organisation import AddStaff
from ledger import suites
from ledger.export import export
from ledger.note import VerifierKey
from mingqian.cli import app
from tests import story

if TYPE_CHECKING:
    from pathlib import Path

    from tests.serving import Service

PASSPHRASE = "示例口令"  # noqa: S105 - of people that do not exist


class Terminals:
    """One folder with everybody's key files, and one command line."""

    def __init__(self, service: Service, folder: Path, password: Path) -> None:
        self._service, self._folder = service, folder
        self._password, self._passphrase = password, folder / "passphrase"
        self._passphrase.write_text(PASSPHRASE + "\n", encoding="utf-8")

    def file(self, name: str) -> Path:
        """Where somebody keeps a key."""
        return self._folder / f"{name}.pem"

    def run(self, *arguments: object) -> str:
        """Run a command, and give its standard output."""
        result = CliRunner().invoke(app, [*map(str, arguments)])
        if isinstance(result.exception, DomainError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout.strip()

    def new(self, name: str, suite: str = suites.ED25519) -> str:
        """Make a key, and give its public half."""
        file = ["key", "new", self.file(name), "--suite", suite]
        return self.run(*file, "--passphrase-file", self._passphrase)

    def at(self, who: str, *arguments: object, key: str | None = None) -> str:
        """Run a command against the service as somebody, signed with a key of theirs."""
        self._service.as_(who)
        options: list[object] = ["--url", self._service.http.base_url, "--as", who]
        options += ["--password-file", self._password]
        if key is not None:
            options += ["--key-file", self.file(key), "--passphrase-file", self._passphrase]
        return self.run(*arguments, *options)

    def enrol(self, who: str, name: str, *, old: str | None = None) -> None:
        """Enrol a key, signed with the old one where there is one."""
        more: list[object] = ["--passphrase-file", self._passphrase]
        if old is not None:
            more += ["--key-file", self.file(old), "--key-passphrase-file", self._passphrase]
        self.at(who, "key", "enrol", self.file(name), *more)

    def act(self, who: str, name: str, *, key: str | None = None, **fields: object) -> Any:  # noqa: ANN401 - JSON
        """Do one thing."""
        body = self._folder / "body.json"
        body.write_text(json.dumps(fields, ensure_ascii=False), encoding="utf-8")
        return json.loads(self.at(who, "act", name, body, key=key))


@pytest.fixture
def terminals(service: Service, tmp_path: Path, password: Path) -> Terminals:
    """Everybody's terminal."""
    return Terminals(service, tmp_path, password)


def ceremony(service: Service, terminals: Terminals, told: story.Story) -> dict[str, str]:
    """Two administrators and four others enrol, each is confirmed by another, and signing becomes mandatory."""
    second = AddStaff(id="admin2", department="edu", roles=("administrator",), personal={})
    told.act("admin", "administrator", second)
    public = {
        who: terminals.new(who)
        for who in ("admin", "admin2", "E1", "operator", "witness1", "witness2")
    }
    terminals.enrol("admin", "admin")
    with pytest.raises(DomainError, match="signature-required"):
        terminals.at("admin2", "key", "confirm", public["admin"])
    terminals.at("admin2", "key", "confirm", public["admin"], "--bootstrap")
    for who in list(public)[1:]:
        terminals.enrol(who, who)
        terminals.at("admin", "key", "confirm", public[who], key="admin")
    terminals.act("admin", "signing.make-mandatory", key="admin")
    return public


def test_people_sign_from_terminals_what_the_audit_then_verifies(
    service: Service, terminals: Terminals, tmp_path: Path
) -> None:
    """A recusal, a draw, a rotation, a loss: unsigned refused, a revoked key too, and the history is whole."""
    told = story.with_task()
    public = ceremony(service, terminals, told)
    recusal = {"id": "E1", "entity": story.entity_id(1), "reason": "示例：其配偶任该校校长"}
    with pytest.raises(DomainError, match="signature-required"):
        terminals.act("E1", "officer.declare-recusal", **recusal)
    terminals.act("E1", "officer.declare-recusal", key="E1", **recusal)
    draw = f"{story.plan_row().number}.entities.1"
    witnesses = ("witness1", "witness2")
    terminals.act(
        "operator",
        "draw.prepare",
        draw_id=draw,
        task=story.plan_row().number,
        stage="entities",
        witnesses=list(witnesses),
        lotteries=[],
    )
    number = tmp_path / "number"
    terminals.run("witness", "new", number)
    terminals.at("witness1", "witness", "hand-in", draw, number, key="witness1")
    commit = witness_commit(story.nonce_of(draw, "witness2")).hex()
    terminals.act("witness2", "draw.witness", key="witness2", draw_id=draw, commit=commit)
    terminals.act("operator", "draw.commit", key="operator", draw_id=draw)

    terminals.new("E1-new")
    with pytest.raises(DomainError, match="signature-required"):
        terminals.enrol("E1", "E1-new")
    terminals.enrol("E1", "E1-new", old="E1")
    other = {**recusal, "entity": story.entity_id(2)}
    with pytest.raises(DomainError, match="signing-key-not-standing"):
        terminals.act("E1", "officer.declare-recusal", key="E1", **other)
    terminals.act("E1", "officer.declare-recusal", key="E1-new", **other)
    lost = ["key", "revoke", public["operator"], "--reason", "示例：遗失"]
    terminals.at("admin", *lost, key="admin")
    with pytest.raises(DomainError, match="signing-key-not-standing"):
        terminals.act("operator", "draw.request-void", key="operator", draw_id=draw, reason="示例")

    _verified(service, tmp_path / "export")


def _verified(service: Service, folder: Path) -> None:
    ledger = service.parts.ledger
    proofs = bundles(service.parts.writer.history())
    now = service.parts.writer.now()
    export(ledger, folder, bundles=proofs, exported_by="示例", now=now)
    report = verify(Export(folder), vkey=VerifierKey.parse(ledger.genesis.vkey))
    assert report.failures == ()
    assert "校长" not in (folder / "events.jsonl").read_text("utf-8")


@pytest.mark.skipif(
    not suites.is_available(suites.SM2), reason="tongsuopy is not installed: mingqian[sm]"
)
def test_an_officer_signs_with_sm2(service: Service, terminals: Terminals, tmp_path: Path) -> None:
    """Enrolled by an act like any other; the event names the algorithm, and the audit verifies it."""
    told = story.with_registries()
    ceremony(service, terminals, told)
    public = terminals.new("E2", suites.SM2)
    terminals.enrol("E2", "E2")
    terminals.at("admin", "key", "confirm", public, key="admin")
    recusal = {"id": "E2", "entity": story.entity_id(1), "reason": "示例：亲属是校长"}
    terminals.act("E2", "officer.declare-recusal", key="E2", **recusal)
    signed = service.parts.ledger.read(service.parts.ledger.size() - 1)[0].envelope().signed
    assert signed is not None
    assert (signed.alg, signed.command["alg"], signed.key) == ("sm2", "sm2-sm3", public)
    _verified(service, tmp_path / "export")


def test_a_key_file_is_the_owners_alone_and_says_its_public_half(terminals: Terminals) -> None:
    """Never overwritten; a wrong or empty passphrase opens nothing; who asks sees what to compare."""
    public = terminals.new("E1")
    file = terminals.file("E1")
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"ENCRYPTED" in file.read_bytes()
    with pytest.raises(DomainError, match="file-exists"):
        terminals.new("E1")
    shown = CliRunner().invoke(app, ["key", "show", str(file)], input=PASSPHRASE + "\n")
    assert shown.stdout.split()[-1] == public
    for typed, code in (("other", "signing-key-unreadable"),):
        refused = CliRunner().invoke(app, ["key", "show", str(file)], input=typed + "\n")
        assert isinstance(refused.exception, DomainError)
        assert refused.exception.code == code
    empty = file.parent / "empty"
    empty.write_text("\n", encoding="utf-8")
    with pytest.raises(DomainError, match="passphrase-missing"):
        terminals.run("key", "new", file.parent / "x.pem", "--passphrase-file", empty)
    with pytest.raises(DomainError, match="signing-key-invalid"):
        terminals.new("other", "rsa")
