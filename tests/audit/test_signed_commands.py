"""A service with all of its own keys writes history anew: what people sign for themselves, it cannot."""

from __future__ import annotations

import base64
import shutil
from copy import deepcopy
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from audit.sources import Export
from audit.verify import verify
from domain.inspection_commands import (
    ConfirmResult,
)
from domain.inspection_state import Inspection
from domain.personnel_commands import DeclareRecusal
from domain.signing_keys import RevokeSigningKey
from ledger import suites
from tests import chronicle, story
from tests.audit import forge
from tests.chronicle import Chronicle
from tests.signers import Signer, let_everybody_sign, signed_as_stored
from tests.story import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from audit.report import Report
    from tests.audit.forge import Edit, Event

    Events = list[Event | None]

ENTERED = "inspection.result_entered.v1"
CONFIRMED = "inspection.result_confirmed.v1"
OTHER = "00000000-0000-4000-8000-00000000000f"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A campaign whose people sign: two visits to their results, a recusal with a reason, and a key that is revoked."""
    told = Chronicle()
    with patch.object(story, "Story", lambda now: _at(told, now)):
        story.with_task()
    let_everybody_sign(told, chronicle.ORIGIN)
    story.draw_both(told)
    first, second = told.history.all(Inspection)[:2]
    recusal = DeclareRecusal(id="E6", entity=story.entity_id(1), reason="示例：亲属")
    told.act("E6", "officer", recusal)
    both = (DeclareRecusal(id="E5", entity=story.entity_id(n), reason="示例") for n in (1, 2))
    told.act("E5", "officer", *both)
    for visit in (first, second):
        _visit(told, visit)
    leaving = Signer(staff=second.officers[0], origin=chronicle.ORIGIN)
    revoke = RevokeSigningKey(public_key=leaving.public_key, reason="示例：遗失")
    told.act("admin", "administrator", revoke)
    folder = tmp_path_factory.mktemp("signed") / "export"
    folder.mkdir()
    chronicle.write(told, folder)
    return folder


def _at(told: Chronicle, now: str) -> Chronicle:
    told.now = now
    return told


def _visit(told: Chronicle, visit: Inspection) -> None:
    story.visit(told, visit.id, visit.officers)
    one, other = visit.officers
    told.act(one, "officer", story.clean_result(visit.id))
    told.act(other, "officer", ConfirmResult(inspection=visit.id, version=NOW))


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """A copy to forge."""
    return shutil.copytree(written, tmp_path / "export")


def check(folder: Path, edit: Edit | None = None) -> Report:
    """Forge with all keys of the service, and verify."""
    if edit is not None:
        forge.forge(folder, chronicle.keys(), edit)
    return verify(Export(folder), vkey=chronicle.VKEY)


def only(report: Report) -> tuple[int | None, str]:
    """Leaf and code of the one thing that is wrong."""
    (failure,) = report.failures
    return failure.leaf, failure.code


def leaves(folder: Path, type_: str) -> list[int]:
    """Where the events of a type are."""
    return [leaf for leaf, one in enumerate(forge.read(folder)) if one["type"] == type_]


def test_a_true_history_of_signed_commands_is_whole(written: Path) -> None:
    """Every signature is verified, every key was its actor's at that leaf, and the reason of a recusal is not in it."""
    report = check(written)
    assert report.failures == ()
    first, mandatory, revoked = report.notes
    assert "nobody could sign" in first
    assert "from here on" in mandatory
    assert revoked.endswith(" was revoked by admin: ask its owner")
    events = forge.read(written)
    signed = [event for event in events if "signed" in event]
    assert {ENTERED, CONFIRMED, "draw.committed.v1"} <= {event["type"] for event in signed}
    assert b"\xe4\xba\xb2\xe5\xb1\x9e" not in (written / "events.jsonl").read_bytes()  # 亲属
    recusal = next(one for one in signed if one["type"] == "officer.recusal_declared.v1")
    assert recusal["sealed"]["fields"].keys() == {"reason", "salt"}
    assert len(recusal["signed"]["command"]["data"]["reason"]) == 64


def test_a_result_that_the_service_makes_up_for_an_officer_is_named(folder: Path) -> None:
    """The finding is changed and everything signed anew: what the officer signed says something else."""
    leaf = leaves(folder, ENTERED)[0]

    def edit(events: Events) -> None:
        event = events[leaf]
        assert event is not None
        event["data"]["category"] = "ordered-to-correct"

    report = check(folder, edit)
    assert (leaf, "decision-differs") in codes(report)


def test_a_result_without_a_signature_is_named(folder: Path) -> None:
    """The service takes the officer's signature away, to be free to write what it likes."""
    leaf = leaves(folder, ENTERED)[0]

    def edit(events: Events) -> None:
        event = events[leaf]
        assert event is not None
        del event["signed"]
        event["data"]["items"][0]["finding"] = "示例：编造"

    assert (leaf, "signature-required") in codes(check(folder, edit))


@pytest.mark.parametrize("type_", ["signing_key.confirmed.v1", "draw.committed.v1"])
def test_neither_a_confirmed_key_nor_a_fixed_list_is_made_up(folder: Path, type_: str) -> None:
    """Once signing is mandatory; the first confirmations carried signatures already."""
    leaf = leaves(folder, type_)[-1]

    def edit(events: Events) -> None:
        event = events[leaf]
        assert event is not None
        del event["signed"]

    assert (leaf, "signature-required") in codes(check(folder, edit))


def test_a_result_that_the_service_signs_with_a_key_of_its_own_is_named(folder: Path) -> None:
    """Nobody enrolled that key; and another person's standing key is not the officer's."""
    leaf = leaves(folder, ENTERED)[0]
    event = forge.read(folder)[leaf]
    command = story.clean_result(event["stream"].partition("/")[2])
    for signer in (
        Signer(staff="service", origin=chronicle.ORIGIN),
        Signer(staff="operator", origin=chronicle.ORIGIN),
    ):

        def edit(events: Events, signer: Signer = signer) -> None:
            forged = events[leaf]
            assert forged is not None
            forged["signed"] = signed_as_stored(forged, signer, command)

        assert (leaf, "signing-key-not-standing") in codes(check(folder, edit))


def test_a_signature_that_does_not_hold_is_named(folder: Path) -> None:
    """One bit of it."""
    leaf = leaves(folder, CONFIRMED)[0]

    def edit(events: Events) -> None:
        event = events[leaf]
        assert event is not None
        sig = bytearray(base64.b64decode(event["signed"]["sig"]))
        sig[0] ^= 1
        event["signed"]["sig"] = base64.b64encode(sig).decode()

    assert only(check(folder, edit)) == (leaf, "command-signature-invalid")


def test_a_suite_that_is_not_installed_is_a_failure_and_no_pass(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be verified is said, at its leaf; with the suite, the key is still not the officer's."""
    leaf = leaves(folder, CONFIRMED)[0]

    def edit(events: Events) -> None:
        event = events[leaf]
        assert event is not None
        event["signed"]["alg"] = "sm2"
        event["signed"]["command"]["alg"] = "sm2-sm3"

    monkeypatch.setattr(suites, "find_spec", lambda _name: None)
    found = codes(check(folder, edit))
    assert {(leaf, "suite-unavailable"), (leaf, "signing-key-not-standing")} <= set(found)


def test_what_is_signed_with_a_revoked_key_after_its_revocation_is_named(folder: Path) -> None:
    """The thief of a key signs well, the service records it; the leaf is what counts."""
    revoked = leaves(folder, "signing_key.revoked.v1")[-1]
    entered = leaves(folder, ENTERED)[-1]

    def edit(events: Events) -> None:
        events[entered], events[revoked] = _swapped(events[entered], events[revoked])

    assert (revoked, "signing-key-not-standing") in codes(check(folder, edit))


def _swapped(one: Event | None, other: Event | None) -> tuple[Event, Event]:
    """Two events of different streams, each with the time and place of the other."""
    assert one is not None
    assert other is not None
    first, second = deepcopy(other), deepcopy(one)
    first["recorded_at"], second["recorded_at"] = one["recorded_at"], other["recorded_at"]
    return first, second


@pytest.mark.parametrize("anew", [True, False])
def test_an_old_signed_command_is_not_recorded_again(folder: Path, *, anew: bool) -> None:
    """Under a new command id the signature names another; under the old one it was recorded before."""
    leaf = leaves(folder, "officer.recusal_declared.v1")[0]
    last = len(forge.read(folder)) - 1

    def edit(events: Events) -> None:
        event, end = deepcopy(events[leaf]), events[last]
        assert event is not None
        assert end is not None
        event["version"], event["recorded_at"] = event["version"] + 1, end["recorded_at"]
        if anew:
            event["command_id"] = OTHER
        events[last] = event

    expected = "command-signature-invalid" if anew else "command-repeated"
    assert (last, expected) in codes(check(folder, edit))


@pytest.mark.parametrize(
    "changed",
    [
        {"origin": "example.test/other"},
        {"stream": "inspection/other"},
        {"name": "inspection.check-out"},
        {"name": "示例"},
        {"data": {"more": 1}},
        {"data": {"inspection": 1}},
        {"more": 1},
    ],
)
def test_a_signed_command_of_another_place_is_named(folder: Path, changed: dict[str, Any]) -> None:
    """The officer did sign it: for another ledger, another stream, another act, or in a form that there is not."""
    leaf = leaves(folder, CONFIRMED)[0]

    def edit(events: Events) -> None:
        event = events[leaf]
        assert event is not None
        signer = Signer(staff=event["actor"]["id"], origin=chronicle.ORIGIN)
        command = ConfirmResult(inspection=event["stream"].partition("/")[2], version=NOW)
        data = {"inspection": command.inspection, **changed.get("data", {})}
        event["signed"] = signed_as_stored(event, signer, command, **{**changed, "data": data})

    found = {code for _, code in codes(check(folder, edit))}
    assert found & {"signed-command-differs", "decision-refused"}


def test_a_signed_command_does_not_count_twice_within_its_batch(folder: Path) -> None:
    """The officer signed two different recusals under one command id, and the service writes one of them twice."""
    leaf = leaves(folder, "officer.recusal_declared.v1")[-1]

    def edit(events: Events) -> None:
        event, before = events[leaf], events[leaf - 1]
        assert event is not None
        assert before is not None
        events[leaf] = {**deepcopy(before), "version": event["version"]}

    assert only(check(folder, edit)) == (leaf, "command-repeated")


def test_a_signature_on_another_event_of_the_command_is_named(folder: Path) -> None:
    """It stands with the first, and nowhere else."""
    events = forge.read(folder)
    leaf = next(
        n
        for n, event in enumerate(events)
        if n
        and "signed" not in event
        and event["command_id"] == events[n - 1]["command_id"]
        and "signed" in events[n - 1]
    )

    def edit(events: Events) -> None:
        event, before = events[leaf], events[leaf - 1]
        assert event is not None
        assert before is not None
        event["signed"] = before["signed"]

    assert (leaf, "signed-command-differs") in codes(check(folder, edit))


def codes(report: Report) -> list[tuple[int | None, str]]:
    """Leaf and code of everything that is wrong."""
    return [(each.leaf, each.code) for each in report.failures]
