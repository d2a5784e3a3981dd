"""Sealed fields open in their own place only."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError
from ledger import sealing
from ledger.envelope import Sealed
from ledger.sealing import MasterKey, Place

MASTER = bytes(range(32))
PLACE = Place(subject="officer/QH001", stream="officer/QH001", version=1, type="officer.added.v1")


def opens(key: bytes, place: Place, sealed: Sealed) -> bool:
    """Tell whether the fields can be read there."""
    try:
        sealing.unseal(key, place, sealed)
    except DomainError as error:
        return error.code != "sealed-unreadable"
    return True


@given(st.dictionaries(st.text("abcdef_", min_size=1), st.text().filter(lambda t: t.isprintable())))
def test_sealed_fields_open_to_the_same_text(personal: dict[str, str]) -> None:
    """Seal and unseal are inverse."""
    key = sealing.new_subject_key()
    assert sealing.unseal(key, PLACE, sealing.seal(key, PLACE, personal)) == personal


def test_the_same_text_seals_to_other_bytes_each_time() -> None:
    """Nobody sees that two people share a name."""
    key = sealing.new_subject_key()
    first, second = (sealing.seal(key, PLACE, {"name": "示例甲"}) for _ in range(2))
    assert first != second


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"subject": "officer/QH002"},
        {"stream": "officer/QH002"},
        {"version": 2},
        {"type": "officer.changed.v1"},
    ],
)
def test_a_ciphertext_moved_to_another_event_does_not_open(elsewhere: dict[str, object]) -> None:
    """Subject, stream, version and type are bound."""
    key = sealing.new_subject_key()
    sealed = sealing.seal(key, PLACE, {"name": "示例甲"})
    assert opens(key, PLACE, sealed)
    assert not opens(key, replace(PLACE, **elsewhere), sealed)  # type: ignore[arg-type]


def test_a_ciphertext_moved_to_another_field_does_not_open() -> None:
    """A telephone number cannot be passed off as a name."""
    key = sealing.new_subject_key()
    sealed = sealing.seal(key, PLACE, {"name": "示例甲", "telephone": "示例电话"})
    swapped = {"name": sealed.fields["telephone"], "telephone": sealed.fields["name"]}
    assert not opens(key, PLACE, replace(sealed, fields=swapped))


@pytest.mark.parametrize("text", ["AAAA", "A", base64.b64encode(bytes(40)).decode()])
def test_bytes_that_nobody_sealed_do_not_open(text: str) -> None:
    """Too short, not base64, or made up."""
    assert not opens(bytes(32), PLACE, Sealed(fields={"name": text}, subject=PLACE.subject))


def test_a_wrapped_key_opens_under_its_master_and_subject_only() -> None:
    """Another master key or another person gets nothing."""
    key = sealing.new_subject_key()
    wrapped = MasterKey(MASTER).wrap("officer/QH001", key)
    assert MasterKey(MASTER).unwrap("officer/QH001", wrapped) == key
    for master, subject in ((bytes(32), "officer/QH001"), (MASTER, "officer/QH002")):
        with pytest.raises(DomainError, match="sealed-unreadable"):
            MasterKey(master).unwrap(subject, wrapped)
