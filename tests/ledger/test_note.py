"""Signed notes, checkpoints and cosignatures against the published examples, and strictly."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError
from ledger import note
from ledger.note import Checkpoint, Note, Signature, VerifierKey

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "vectors" / "c2sp_notes.json").read_text("utf-8")
)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
ORIGIN = "mingqian.example/qinghe"
HEAD = Checkpoint(origin=ORIGIN, size=7, root=bytes(32))
SIGNED = note.sign_checkpoint(HEAD, KEY)


def refusal(code: str) -> pytest.RaisesExc[DomainError]:
    """Expect this refusal."""
    return pytest.raises(DomainError, check=lambda error: error.code == code)


def test_the_published_signed_note_verifies() -> None:
    """C2SP signed-note, example."""
    example = VECTORS["signed_note_example"]
    key = VerifierKey.parse(example["vkey"])
    parsed = Note.parse(example["note"])
    assert note.verify(parsed, key) == parsed.signatures[0]
    assert str(parsed) == example["note"]
    assert str(key) == example["vkey"]


def test_the_published_checkpoint_reads_back_byte_for_byte() -> None:
    """C2SP tlog-checkpoint, example with a cosignature."""
    parsed = Note.parse(VECTORS["checkpoint_with_cosignature"])
    checkpoint = Checkpoint.parse(parsed.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert str(checkpoint) == parsed.text
    assert str(parsed) == VECTORS["checkpoint_with_cosignature"]


def test_a_witness_signs_the_published_message() -> None:
    """C2SP tlog-cosignature, example."""
    parsed = Note.parse(VECTORS["checkpoint_with_cosignature"])
    time = int.from_bytes(parsed.signatures[1].blob[:8], "big")
    message = note.cosigned_bytes(parsed.text, time)
    assert message.decode() == VECTORS["cosignature_signed_message"]


def cosign(text: str, name: str, time: int) -> Signature:
    """Sign as a witness does: with its own kind of key, over the time and the checkpoint."""
    witness = VerifierKey(name=name, algorithm=note.COSIGNATURE, public=PUBLIC)
    blob = time.to_bytes(8, "big") + KEY.sign(note.cosigned_bytes(text, time))
    return Signature(name=name, key_id=witness.id, blob=blob)


def test_a_checkpoint_opens_under_its_key_and_its_witness() -> None:
    """Both signatures count, and both must be there."""
    witness = VerifierKey(name="w.example", algorithm=note.COSIGNATURE, public=PUBLIC)
    cosigned = SIGNED + str(cosign(str(HEAD), "w.example", 1_700_000_000))
    log = note.log_key(ORIGIN, PUBLIC)
    assert note.open_checkpoint(cosigned, log, [witness]) == HEAD
    with refusal("note-not-signed"):
        note.open_checkpoint(SIGNED, log, [witness])


def test_a_cosignature_covers_its_time() -> None:
    """Another time under the same signature is refused."""
    witness = VerifierKey(name="w.example", algorithm=note.COSIGNATURE, public=PUBLIC)
    line = cosign(str(HEAD), "w.example", 1_700_000_000)
    later = Signature(
        name=line.name, key_id=line.key_id, blob=(1_700_000_001).to_bytes(8, "big") + line.blob[8:]
    )
    with refusal("note-signature-invalid"):
        note.verify(Note(text=str(HEAD), signatures=(later,)), witness)


def test_another_log_key_does_not_open_a_checkpoint() -> None:
    """A key of the same name has another id, so the note is not signed by it."""
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    with refusal("note-not-signed"):
        note.open_checkpoint(SIGNED, note.log_key(ORIGIN, other))


def test_a_checkpoint_of_another_origin_is_refused() -> None:
    """The name of the key is the name of the log."""
    text = str(Checkpoint(origin="other.example", size=1, root=bytes(32)))
    signed = str(Note(text=text, signatures=(note.sign(text, ORIGIN, KEY),)))
    with refusal("checkpoint-malformed"):
        note.open_checkpoint(signed, note.log_key(ORIGIN, PUBLIC))


def test_the_extension_lines_of_other_logs_are_read_and_signed() -> None:
    """C2SP tlog-checkpoint: opaque, optional, none of them empty."""
    text = str(HEAD) + "first 1\nsecond\n"
    assert Checkpoint.parse(text) == replace(HEAD, extensions=("first 1", "second"))
    signed = note.sign_checkpoint(Checkpoint.parse(text), KEY)
    assert str(note.open_checkpoint(signed, note.log_key(ORIGIN, PUBLIC))) == text


@pytest.mark.parametrize("time", [0, 2**63, 2**64 - 1])
def test_a_cosignature_without_a_time_or_beyond_all_time_is_invalid(time: int) -> None:
    """C2SP tlog-cosignature: at most 2^63 - 1; tlog-witness: never zero."""
    key = note.witness_key("w", PUBLIC)
    line = note.cosign(str(HEAD), "w", KEY, time)
    with refusal("note-signature-invalid"):
        note.verify(Note(text=str(HEAD), signatures=(line,)), key)
    right = note.cosign(str(HEAD), "w", KEY, 2**63 - 1)
    assert note.verify(Note(text=str(HEAD), signatures=(right,)), key) == right


@given(st.integers(0, len(SIGNED.encode()) - 1), st.integers(1, 255))
def test_a_changed_byte_of_a_signed_checkpoint_is_refused(index: int, change: int) -> None:
    """No byte of the note is without meaning."""
    changed = bytearray(SIGNED.encode())
    changed[index] ^= change
    with pytest.raises((DomainError, UnicodeDecodeError)):
        note.open_checkpoint(changed.decode(), note.log_key(ORIGIN, PUBLIC))


@pytest.mark.parametrize(
    "text",
    [
        "a\n07\n" + "A" * 43 + "=\n",
        "a\n7\n" + "A" * 42 + "B=\n",
        "a\n7\n" + "A" * 43 + "=\n\n",
        "a\n7\n" + "A" * 43 + "=\nextension",
        "a\n7\n" + "A" * 43 + "=\nextension\n\n",
        "\n7\n" + "A" * 43 + "=\n",
        "a\n-1\n" + "A" * 43 + "=\n",
        "a\n" + "9" * 5000 + "\n" + "A" * 43 + "=\n",
        "a\n7\n" + "A" * 43 + "=",
    ],
)
def test_a_checkpoint_written_another_way_is_refused(text: str) -> None:
    """One head, one way to write it."""
    with refusal("checkpoint-malformed"):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    "broken",
    [
        "text\n",
        "text\n\n",
        "text\n\n— name AAAAAA==",
        "text\n\n- name AAAAAAA=\n",
        "text\n\n— na+me AAAAAAA=\n",
        "text\n\n— name AAAA\n",
        "text\n\n— name AAAAAAA\n",
        "text\n\n— name AAAAAAA= \n",
        "te\txt\n\n— name AAAAAAA=\n",
        "te\ud800xt\n\n— name AAAAAAA=\n",
    ],
)
def test_a_malformed_note_is_refused(broken: str) -> None:
    """Signed-note, Format."""
    with refusal("note-malformed"):
        Note.parse(broken)


@pytest.mark.parametrize(
    "vkey",
    ["", "name", "name+00000000+AAAA", "na me+" + "0" * 8 + "+AAAA", "n+xyz+" + "A" * 44, "n+0+!"],
)
def test_a_malformed_verifier_key_is_refused(vkey: str) -> None:
    """Signed-note, Verifier keys."""
    with refusal("vkey-malformed"):
        VerifierKey.parse(vkey)


def test_a_verifier_key_with_the_id_of_another_key_is_refused() -> None:
    """The id is recomputed, never believed."""
    name, _, key = str(note.log_key(ORIGIN, PUBLIC)).split("+", 2)
    with refusal("vkey-malformed"):
        VerifierKey.parse(f"{name}+00000000+{key}")


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\u3000b"])
def test_an_origin_that_cannot_sign_notes_is_refused(origin: str) -> None:
    """Names have no space and no plus."""
    with refusal("origin-malformed"):
        note.log_key(origin, PUBLIC)
