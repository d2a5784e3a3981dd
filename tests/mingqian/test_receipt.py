"""Receipts from the command line: asked for with the act or later, verified on the spot, and offline by the audit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from domain.errors import DomainError
from ledger import note
from ledger.tlog_proof import TlogProof
from mingqian import cli, receipt
from tests import story

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from tests.serving import Service


def run(*arguments: str) -> Result:
    """`mingqian …`."""
    return CliRunner().invoke(cli.app, list(arguments))


@pytest.fixture
def act(service: Service, password: Path, tmp_path: Path) -> list[str]:
    """The arguments with which the administrator adds a department; the service publishes at once."""
    story.opened()
    service.as_("admin")
    body = tmp_path / "body.json"
    body.write_text(json.dumps({"id": "fire", "name": "示例消防", "collates": False}), "utf-8")
    url = str(service.http.base_url)
    return [str(body), "--url", url, "--as", "admin", "--password-file", str(password)]


def test_an_act_and_its_receipt_in_one_go(
    service: Service, act: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits until a checkpoint covers the event; then the audit verifies the file without any service."""
    monkeypatch.setattr(
        "mingqian.receipt.sleep", lambda _: service.parts.ledger.publish_checkpoint()
    )
    file, vkey = tmp_path / "fire.tlog-proof", service.parts.ledger.genesis.vkey
    done = run("act", "department.add", *act, "--receipt", str(file), "--vkey", vkey)
    assert done.exit_code == 0, done.output
    assert file.stat().st_mode & 0o777 == 0o600
    verified = run("audit", "receipt", str(file), "--vkey", vkey)
    assert verified.exit_code == 0
    assert "department.added.v1" in verified.output
    assert "admin (administrator)" in verified.output
    again = run("act", "department.add", *act, "--receipt", str(file))
    assert again.exit_code == 2


def test_a_receipt_asked_for_later(
    service: Service, act: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the event for its owner, of the hash alone for anybody; under another key there is none."""
    monkeypatch.setattr(receipt, "PATIENCE_SECONDS", 0)
    monkeypatch.setattr("mingqian.receipt.sleep", lambda _: None)
    leaf = str(json.loads(run("act", "department.add", *act).stdout)["events"][0]["leaf"])
    vkey, file = service.parts.ledger.genesis.vkey, tmp_path / "mine"
    early = run("receipt", leaf, str(file), *act[1:], "--vkey", vkey)
    assert isinstance(early.exception, DomainError)
    assert early.exception.code == "receipt-too-early"
    service.parts.ledger.publish_checkpoint()
    assert run("receipt", leaf, str(file), *act[1:], "--vkey", vkey).exit_code == 0
    assert TlogProof.parse(file.read_text("utf-8")).extra is not None
    public = tmp_path / "public"
    assert run("receipt", leaf, str(public), *act[1:3], "--vkey", vkey).exit_code == 0
    assert TlogProof.parse(public.read_text("utf-8")).extra is None
    stranger = str(note.log_key(service.parts.ledger.origin, bytes(32)))
    refused = run("receipt", leaf, str(tmp_path / "none"), *act[1:3], "--vkey", stranger)
    assert isinstance(refused.exception, DomainError)
    assert refused.exception.code == "note-not-signed"
