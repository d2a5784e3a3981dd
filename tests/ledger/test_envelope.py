"""One envelope, one encoding: everything else is refused."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import canonical, merkle
from domain.errors import DomainError
from domain.events import NAMES
from domain.facts import Actor
from domain.organisation import DepartmentAdded
from ledger import codec
from ledger.envelope import Envelope, Sealed, Signed
from ledger.mapper import EnvelopeMapper, to_stored
from tests.ledger.examples import envelope

TEXT = st.text(st.characters(exclude_categories=["Cs"])).filter(
    lambda text: unicodedata.is_normalized("NFC", text)
)
ENVELOPES = st.builds(
    Envelope,
    type=st.sampled_from(sorted(NAMES)),
    stream=TEXT.filter(bool),
    version=st.integers(1, 2**53 - 1),
    recorded_at=st.datetimes().map(lambda time: time.isoformat(timespec="milliseconds") + "Z"),
    actor=st.builds(Actor, id=TEXT, role=TEXT),
    command_id=st.uuids().map(str),
    nonce=st.binary(min_size=16, max_size=16).map(bytes.hex),
    data=st.dictionaries(st.text("abc_", min_size=1), TEXT | st.integers(0, 9) | st.lists(TEXT)),
    sealed=st.none() | st.just(Sealed(fields={"name": "AAAA"}, subject="officer/QH001")),
    signed=st.none()
    | st.just(
        Signed(
            alg="ed25519", command={"alg": "ed25519-sha256", "name": "x"}, key="00" * 32, sig="AAAA"
        )
    ),
)


def refusal(content: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
    """Give the code and the detail with which an object is refused."""
    with pytest.raises(DomainError) as caught:
        Envelope.from_bytes(canonical.canon(content))
    return str(caught.value)


@given(ENVELOPES)
def test_an_envelope_reads_back_as_it_was_written(written: Envelope) -> None:
    """Bytes to envelope to bytes is the identity."""
    stored = written.to_bytes()
    assert Envelope.from_bytes(stored) == written
    assert Envelope.from_bytes(stored).to_bytes() == stored


def test_a_known_envelope_has_known_bytes() -> None:
    """The stored form and its leaf hash stand still."""
    stored = envelope().to_bytes()
    assert stored.decode() == (
        '{"actor":{"id":"system","role":"system"},"command_id":"0190b2c4-5d1e-4c6a-9f60-1f2e3d4c5b6a",'
        '"data":{"collates":false,"name":"示例部门"},"nonce":"00000000000000000000000000000000",'
        '"recorded_at":"2024-09-02T01:30:00.000Z","stream":"department/d1",'
        '"type":"department.added.v1","v":1,"version":1}'
    )
    assert (
        merkle.leaf_hash(stored).hex()
        == "a9af36cf195a82c49a32f4f5238b7dafa547f2d568c4ec608c40ab57fb8229fb"
    )


@pytest.mark.parametrize("field", sorted(envelope().as_object()))
def test_a_missing_field_is_refused(field: str) -> None:
    """Every field that is not optional must be there."""
    content = envelope().as_object()
    del content[field]
    assert refusal(content).startswith("envelope-malformed")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("v", 2),
        ("v", True),
        ("type", "domain.organisation:DepartmentAdded"),
        ("stream", ""),
        ("version", 0),
        ("version", True),
        ("recorded_at", "2024-09-02T01:30:00Z"),
        ("recorded_at", "2024-02-30T01:30:00.000Z"),
        ("actor", {"id": "a"}),
        ("actor", {"id": "a", "role": "b", "name": "c"}),
        ("command_id", "0190B2C4-5D1E-4C6A-9F60-1F2E3D4C5B6A"),
        ("command_id", "0190b2c4"),
        ("nonce", "00"),
        ("data", []),
        ("sealed", None),
        ("sealed", {"fields": {"name": "not base64"}, "subject": "officer/QH001"}),
        ("sealed", {"fields": {}, "subject": "officer/QH001", "key": ""}),
        ("signed", {"alg": "rsa", "command": {}, "key": "00" * 32, "sig": "AAAA"}),
        ("signed", {"alg": "ed25519", "command": {}, "key": "00" * 32, "sig": "AAAA"}),
        (
            "signed",
            {"alg": "sm2", "command": {"alg": "ed25519-sha256"}, "key": "00" * 32, "sig": "AAAA"},
        ),
        ("extra", 1),
    ],
)
def test_a_field_of_another_form_is_refused(field: str, value: object) -> None:
    """Unknown fields, and known ones written another way."""
    message = refusal(envelope().as_object() | {field: value})
    assert message.startswith("envelope-malformed")
    assert field in message


def test_something_that_is_no_object_is_refused() -> None:
    """Canonical JSON alone does not make an event."""
    assert refusal([1]).startswith("envelope-malformed")


@given(st.data())
def test_a_flipped_byte_never_passes_for_the_same_leaf(data: st.DataObject) -> None:
    """It is refused, or it is another leaf."""
    stored = bytearray(envelope().to_bytes())
    index = data.draw(st.integers(0, len(stored) - 1))
    stored[index] ^= data.draw(st.integers(1, 255))
    try:
        Envelope.from_bytes(bytes(stored))
    except DomainError:
        return
    assert merkle.leaf_hash(bytes(stored)) != merkle.leaf_hash(envelope().to_bytes())


def test_an_unknown_event_type_is_refused() -> None:
    """A program never guesses what an event means."""
    with pytest.raises(DomainError, match="unknown-event-type"):
        codec.decode("department.renamed.v9", {})


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"name": "示例"},
        {"name": "示例", "collates": 1},
        {"name": "示例", "collates": False, "more": 1},
        {"name": None, "collates": False},
    ],
)
def test_data_that_would_be_stored_another_way_is_refused(data: dict[str, object]) -> None:
    """Strict both ways."""
    with pytest.raises(DomainError, match="event-malformed"):
        codec.decode("department.added.v1", data)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_event_type_can_be_decoded(name: str) -> None:
    """The codec can read the annotations of every event class."""
    try:
        codec.decode(name, {"no such field": 1})
    except DomainError as error:
        assert error.code == "event-malformed"  # noqa: PT017 - an event without fields passes nothing either


def test_the_mapper_stores_names_and_no_python_paths() -> None:
    """The topic is the stored name, the state canonical bytes."""
    stored = EnvelopeMapper().to_stored_event(envelope())
    assert stored.topic == "department.added.v1"
    assert stored.originator_id == "department/d1"
    read = EnvelopeMapper().to_domain_event(stored)
    assert read == envelope()
    assert (read.originator_id, read.originator_version) == ("department/d1", 1)
    assert codec.to_recorded(0, envelope()).event == DepartmentAdded(
        name="示例部门", collates=False
    )


def test_the_mapper_refuses_what_is_no_envelope() -> None:
    """Nothing else is ever an event here."""
    with pytest.raises(TypeError):
        EnvelopeMapper().to_stored_event(object())  # type: ignore[arg-type]


def test_the_mapper_refuses_columns_that_contradict_the_bytes() -> None:
    """A row moved to another stream is noticed."""
    moved = to_stored(envelope(stream="department/d2"))
    object.__setattr__(moved, "originator_id", "department/d1")
    with pytest.raises(DomainError, match="row-differs"):
        EnvelopeMapper().to_domain_event(moved)
