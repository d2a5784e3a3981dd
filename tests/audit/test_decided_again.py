"""A history that the keeper of all keys wrote again: every signature holds, and still the rules tell."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.sources import Export
from audit.verify import verify
from ledger import keys as key_directory
from ledger.note import log_key
from tests.audit import forge

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audit.report import Report
    from tests.audit.conftest import Told

    Check = Callable[[Path], Report]
    Events = list[Any]


def test_signing_everything_again_with_the_true_keys_changes_nothing(
    told: Told, folder: Path, check: Check
) -> None:
    """So what follows fails for its edit alone."""
    forge.forge(folder, told.keys, lambda _: None)
    assert check(folder).ok


def _another_pool(events: Events) -> int:
    leaf = forge.find(events, "draw.committed.v1", 1)
    events[leaf]["data"]["commitment"]["pool_size"] -= 1
    return leaf


def _another_ledger_size(events: Events) -> int:
    leaf = forge.find(events, "draw.committed.v1", 1)
    events[leaf]["data"]["ledger_size"] -= 1
    return leaf


def _another_list(events: Events) -> int:
    leaf = forge.find(events, "draw.computed.v1", 1)
    strata = events[leaf]["data"]["strata"]
    drawn = next(stratum for stratum in strata if stratum["selected"])
    drawn["selected"][0] = "school:1300000001"
    return leaf


def _another_team(events: Events) -> int:
    leaf = forge.find(events, "inspection.assigned.v1")
    team = events[leaf]["data"]["team"]
    free = next(f"E{n}" for n in range(1, 7) if f"E{n}" not in {one["id"] for one in team})
    next(one for one in team if one["department"] == "edu")["id"] = free
    return leaf


def _another_substitute(events: Events) -> int:
    leaf = forge.find(events, "inspection.seat_filled.v1")
    filled = events[leaf]["data"]
    letter, team = filled["officer"][0], {one["id"] for one in filled["team"]}
    gone = {filled["left"], filled["officer"]}
    other = next(f"{letter}{n}" for n in range(1, 7) if f"{letter}{n}" not in team | gone)
    next(one for one in filled["team"] if one["id"] == filled["officer"])["id"] = other
    filled["officer"] = other
    return leaf


def _no_leader_by_lot(events: Events) -> int:
    leaf = forge.find(events, "inspection.seat_filled.v1")
    events[leaf]["data"]["team"].reverse()
    return leaf


def _approved_by_who_asked(events: Events) -> int:
    leaf = forge.find(events, "inspection.seat_vacated.v1")
    events[leaf]["actor"] = {"id": events[leaf]["data"]["officer"], "role": "officer"}
    return leaf


def _own_confirmation(events: Events) -> int:
    leaf = forge.find(events, "inspection.result_confirmed.v1")
    stream = events[leaf]["stream"]
    entered = next(
        each
        for each in events
        if each["stream"] == stream and each["type"] == "inspection.result_entered.v1"
    )
    events[leaf]["actor"] = entered["actor"]
    return leaf


def _role_not_held(events: Events) -> int:
    leaf = forge.find(events, "plan.reviewed.v1")
    events[leaf]["actor"] = {"id": "clerk-edu", "role": "reviewer"}
    return leaf


def _by_nobody(events: Events) -> int:
    leaf = forge.find(events, "registry.change_confirmed.v1")
    events[leaf]["actor"] = {"id": "示例", "role": "registrar"}
    return leaf


def _too_late(events: Events) -> int:
    leaf = forge.find(events, "inspection.checked_in.v1")
    events[leaf]["recorded_at"] = "2025-06-03T01:00:00.000Z"
    return leaf


def _another_plan_warning(events: Events) -> int:
    leaf = forge.find(events, "plan.drafted.v1")
    events[leaf]["data"]["warnings"] = []
    return leaf


def _sealed_for_another(events: Events) -> int:
    leaf = forge.find(events, "officer.added.v1")
    events[leaf]["sealed"]["subject"] = "officer/E9"
    return leaf


def _computed_by_another(events: Events) -> int:
    leaf = forge.find(events, "draw.computed.v1")
    events[leaf]["actor"]["id"] = "witness1"
    return leaf


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (_another_pool, "decision-differs"),
        (_another_ledger_size, "decision-differs"),
        (_another_list, "decision-differs"),
        (_another_team, "decision-differs"),
        (_another_substitute, "decision-differs"),
        (_no_leader_by_lot, "decision-differs"),
        (_approved_by_who_asked, "decision-refused"),
        (_another_plan_warning, "decision-differs"),
        (_sealed_for_another, "decision-differs"),
        (_computed_by_another, "decision-differs"),
        (_own_confirmation, "decision-refused"),
        (_role_not_held, "decision-refused"),
        (_by_nobody, "decision-refused"),
        (_too_late, "decision-refused"),
    ],
)
def test_what_the_rules_do_not_allow_is_named_by_leaf(
    told: Told, folder: Path, check: Check, edit: Callable[[Events], int], code: str
) -> None:
    """The event itself is the first failure."""
    places: list[int] = []
    forge.forge(folder, told.keys, lambda events: places.append(edit(events)))
    first = check(folder).failures[0]
    assert (first.leaf, first.code) == (places[0], code)


def test_a_consequence_that_was_left_out_is_named(told: Told, tmp_path: Path, check: Check) -> None:
    """An assigned inspection vanished: the event before it in the same act is accused."""
    folder = shutil.copytree(told.earlier, tmp_path / "earlier")
    places: list[int] = []

    def edit(events: list[Any]) -> None:
        assigned = [n for n, e in enumerate(events) if e["type"] == "inspection.assigned.v1"]
        places.append(assigned[-1] - 1)
        events[assigned[-1]] = None

    forge.forge(folder, told.keys, edit)
    first = check(folder).failures[0]
    assert (first.leaf, first.code) == (places[0], "decision-differs")
    assert "missing" in first.reason


def test_a_false_vrf_proof_is_named(told: Told, folder: Path, check: Check) -> None:
    """The leaf of the last reveal, which the proof belongs to; and the draw does not reproduce."""
    places: list[int] = []

    def edit(events: Events) -> None:
        leaf = forge.find(events, "draw.computed.v1", 1)
        proof = events[leaf]["data"]["vrf_proof"]
        events[leaf]["data"]["vrf_proof"] = "0" * 2 + proof[2:]
        places.append(leaf)

    forge.forge(folder, told.keys, edit)
    failures = check(folder).failures
    assert failures[0].leaf == places[0] - 1
    assert "vrf-proof-invalid" in failures[0].reason
    assert "draw-not-reproducible" in {failure.code for failure in failures}


def test_a_reveal_before_any_checkpoint_is_refused(told: Told, folder: Path, check: Check) -> None:
    """The commitment must be covered before its sources are known; here its checkpoint is gone."""
    events = forge.read(folder)
    leaf = forge.find(events, "draw.committed.v1", 0)
    (folder / "checkpoints" / str(leaf + 1)).unlink()
    failures = check(folder).failures
    assert any("not-checkpointed" in failure.reason for failure in failures)


def test_a_history_signed_with_another_service_key_fails(
    told: Told, folder: Path, check: Check
) -> None:
    """Leaf 0 names the key; every commit is accused, up to the bound of the list."""
    forge.forge(folder, told.keys, lambda _: None, service=Ed25519PrivateKey.generate())
    report = check(folder)
    assert {failure.code for failure in report.failures} == {"commit-key-differs"}
    assert len(report.failures) == min(report.commits, 1000)


def test_a_whole_other_ledger_fails_only_by_the_key_from_elsewhere(
    told: Told, folder: Path, check: Check, tmp_path: Path
) -> None:
    """Somebody replaced service key, log key and leaf 0: consistent in itself, and not the one we know."""
    own = key_directory.generate(tmp_path / "other")

    def edit(events: Events) -> None:
        origin = events[0]["data"]["origin"]
        events[0]["data"]["service_key"] = own.service_public.hex()
        events[0]["data"]["vkey"] = str(log_key(origin, own.log_public))

    forge.forge(folder, own, edit)
    assert verify(Export(folder)).ok
    codes = {failure.code for failure in check(folder).failures}
    assert {"vkey-differs", "note-not-signed", "checkpoint-missing"} <= codes


def test_a_command_recorded_in_two_commits_is_named(told: Told, folder: Path, check: Check) -> None:
    """By the leaf of the second."""

    def edit(events: Events) -> None:
        events[61]["command_id"] = events[60]["command_id"]

    forge.forge(folder, told.keys, edit)
    (failure,) = check(folder).failures
    assert (failure.leaf, failure.code) == (61, "command-repeated")


@pytest.mark.parametrize("together", [2, 7, 10_000])
def test_several_commands_may_share_a_commit(
    told: Told, folder: Path, check: Check, together: int
) -> None:
    """Those that came at once, each in one piece; up to the whole history."""
    forge.forge(folder, told.keys, lambda _: None, together=together)
    report = check(folder)
    assert report.ok, report.failures
    assert report.commits < report.events / 2 or together == 2


def test_a_consequence_left_out_in_the_middle_of_a_commit_is_named(
    told: Told, folder: Path, check: Check
) -> None:
    """The next command of the same commit does not hide that something is missing before it."""
    places: list[int] = []

    def edit(events: list[Any]) -> None:
        disclosed = forge.find(events, "draw.disclosed.v1")
        assert events[disclosed]["command_id"] == events[disclosed - 1]["command_id"]
        assert events[disclosed]["command_id"] != events[disclosed + 1]["command_id"]
        places.append(disclosed - 1)
        events[disclosed] = None

    forge.forge(folder, told.keys, edit, together=10_000)
    failures = check(folder).failures
    assert (places[0], "decision-differs") in {(one.leaf, one.code) for one in failures}
    assert any("missing" in one.reason for one in failures if one.leaf == places[0])


def test_a_consequence_under_another_command_is_named(
    told: Told, folder: Path, check: Check
) -> None:
    """It is missing where it belongs, and nobody can have commanded it by itself."""
    places: list[int] = []

    def edit(events: Events) -> None:
        places.append(forge.find(events, "draw.disclosed.v1"))
        events[places[0]]["command_id"] = str(uuid4())

    forge.forge(folder, told.keys, edit, together=10_000)
    found = [(one.leaf, one.code) for one in check(folder).failures]
    assert (places[0] - 1, "decision-differs") in found


def test_commands_that_are_mixed_within_a_commit_are_named(
    told: Told, folder: Path, check: Check
) -> None:
    """A command that goes on after another one began; and that other one, which was cut in two."""

    def edit(events: Events) -> None:
        ids = [events[leaf]["command_id"] for leaf in range(60, 64)]
        assert len(set(ids)) == 4
        events[62]["command_id"], events[63]["command_id"] = ids[:2]

    forge.forge(folder, told.keys, edit, together=10_000)
    assert [(one.leaf, one.code) for one in check(folder).failures] == [
        (62, "command-repeated"),
        (63, "command-repeated"),
    ]


def test_a_gap_in_a_stream_is_named_once(told: Told, folder: Path, check: Check) -> None:
    """By the leaf behind the gap; what follows is counted on from there."""
    places: list[int] = []

    def edit(events: Events) -> None:
        stream = events[forge.find(events, "task.opened.v1")]["stream"]
        own = [leaf for leaf, event in enumerate(events) if event["stream"] == stream][1:]
        places.append(own[0])
        for leaf in own:
            events[leaf]["version"] += 1

    forge.forge(folder, told.keys, edit)
    (failure,) = check(folder).failures
    assert (failure.leaf, failure.code) == (places[0], "stream-version-gap")


def test_an_event_before_its_stream_begins_ends_the_replay(
    told: Told, folder: Path, check: Check
) -> None:
    """Signatures are still checked to the end; the rest is said not to be."""

    def edit(events: Events) -> None:
        leaf = forge.find(events, "task.opened.v1")
        events[leaf]["type"] = "task.completed.v1"
        events[leaf]["data"] = {"inspections": 1, "closed": 0}
        events[leaf]["command_id"] = str(uuid4())

    forge.forge(folder, told.keys, edit)
    report = check(folder)
    assert "event-impossible" in {failure.code for failure in report.failures}
    assert any("业务规则" in each for each in report.not_checked)


def test_events_that_no_command_leads_to_are_named(told: Told, folder: Path, check: Check) -> None:
    """A second opening."""

    def edit(events: Events) -> None:
        events[5]["type"] = "ledger.opened.v1"
        events[5]["data"] = events[0]["data"]

    forge.forge(folder, told.keys, edit)
    first = check(folder).failures[0]
    assert first.leaf == 5


def test_a_ledger_that_was_never_opened_is_named(told: Told, folder: Path, check: Check) -> None:
    """Leaf 0 is something else; an origin or a key of another kind is refused as well."""

    def edit(events: Events) -> None:
        events[0]["type"] = "department.added.v1"
        events[0]["data"] = {"name": "示例", "collates": False}

    forge.forge(folder, told.keys, edit)
    codes = {failure.code for failure in check(folder).failures}
    assert "genesis-missing" in codes


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"vkey": "示例"}, "vkey-malformed"),
        ({"origin": "another"}, "vkey-differs"),
        ({"service_key": "zz"}, "commit-key-differs"),
        ({"vrf_key": "zz"}, "decision-differs"),
    ],
)
def test_a_damaged_opening_is_named(
    told: Told, folder: Path, check: Check, changed: dict[str, str], code: str
) -> None:
    """Each of the things that leaf 0 is there to say."""

    def edit(events: Events) -> None:
        events[0]["data"].update(changed)

    forge.forge(folder, told.keys, edit)
    assert code in {failure.code for failure in check(folder).failures}
