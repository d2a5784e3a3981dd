"""C2SP tlog-policy: what the text may say, and which notes meet it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError
from ledger import note
from ledger.continuation import Log
from ledger.note import Checkpoint, Note
from ledger.policy import Policy

if TYPE_CHECKING:
    from pathlib import Path

KEYS = {
    name: Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    for number, name in enumerate(("X1", "X2", "X3", "Y1", "Y2", "Y3", "L"))
}
VKEYS = {
    name: note.witness_key(f"{name}.example", key.public_key().public_bytes_raw())
    for name, key in KEYS.items()
}
LOG = note.log_key("log.example", KEYS["L"].public_key().public_bytes_raw())
TEXT = str(Checkpoint(origin="log.example", size=3, root=bytes(32)))
LINES = "".join(f"witness {name} {VKEYS[name]}\n" for name in list(VKEYS)[:6])
# The example of the specification, with keys, and with blanks and a comment as they may stand.
EXAMPLE = f"""# two organisations
log {LOG}

{LINES}
\tgroup  X-witnesses 2 X1 X2 X3 \t
group Y-witnesses any Y1 Y2 Y3
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def signed(*names: str) -> Note:
    """A note under these cosignatures."""
    lines = tuple(note.cosign(TEXT, f"{name}.example", KEYS[name], 1_700_000_000) for name in names)
    return Note(text=TEXT, signatures=lines)


@pytest.mark.parametrize(
    ("names", "met"),
    [
        ("", False),
        ("X1 X2", False),
        ("X1 Y1", False),
        ("X1 X2 X3", False),
        ("Y1 Y2 Y3", False),
        ("X1 X3 Y2", True),
        ("X1 X2 X3 Y1 Y2 Y3", True),
    ],
)
def test_the_example_of_the_specification(names: str, met: bool) -> None:  # noqa: FBT001 - a column
    """Two of the X and one of the Y."""
    policy = Policy.parse(EXAMPLE)
    assert policy.logs == (LOG,)
    assert policy.is_met(signed(*names.split())) is met
    assert {each.name for each in policy.cosigners(signed(*names.split()))} == set(names.split())


def test_an_invalid_cosignature_counts_as_none() -> None:
    """Of another text, or by another key under the right name and id."""
    policy = Policy.parse(LINES + "quorum X1\n")
    (line,) = signed("X1").signatures
    forged = note.cosign(TEXT, "X1.example", KEYS["X2"], 1)
    renamed = note.Signature(name=line.name, key_id=line.key_id, blob=forged.blob)
    assert policy.is_met(Note(text=TEXT, signatures=(line,)))
    for bad in (
        Note(text=TEXT + "more\n", signatures=(line,)),
        Note(text=TEXT, signatures=(renamed,)),
    ):
        assert not policy.is_met(bad)


def test_a_policy_may_ask_for_nobody() -> None:
    """`quorum none`; addresses may be given or not."""
    policy = Policy.parse(
        f"log {LOG} https://log.example/\nwitness a {VKEYS['X1']} http://a/\nquorum none"
    )
    assert policy.is_met(Note(text=TEXT, signatures=()))
    assert [each.url for each in policy.witnesses] == ["http://a/"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        LINES,
        LINES + "quorum X1\nquorum X1\n",
        LINES + "quorum X9\n",
        "quorum X1\n" + LINES,
        LINES + "group g 1 X1\ngroup h 1 X1\nquorum g\n",
        LINES + "group g 2 X1 X1\nquorum g\n",
        LINES + "group g 0 X1\nquorum g\n",
        LINES + "group g 2 X1\nquorum g\n",
        LINES + "group g some X1\nquorum g\n",
        LINES + "group g all\nquorum g\n",
        LINES + "group g any g\nquorum g\n",
        LINES + "group g any none\nquorum g\n",
        LINES + "group X1 any X2\nquorum X1\n",
        f"witness none {VKEYS['X1']}\nquorum none\n",
        f"witness a {VKEYS['X1']}\nwitness b {VKEYS['X1']}\nquorum a\n",
        f"witness a {LOG}\nquorum a\n",
        f"log {VKEYS['L']}\nquorum none\n",
        f"log {LOG}\nlog {LOG}\nquorum none\n",
        "witness a vkey\nquorum a\n",
        "quorum none extra\n",
        "quorum none\r\n",
        "quorum\u00a0none\n",
    ],
)
def test_what_the_format_does_not_have_is_refused(text: str) -> None:
    """With the number of the line."""
    with pytest.raises(DomainError, match=r"^policy-malformed: "):
        Policy.parse(text)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """Never another error."""
    with suppress(DomainError):
        Policy.parse(text)


def test_names_are_octets(tmp_path: Path) -> None:
    """What is no UTF-8 is a name like another; a file that is not there is named."""
    file = tmp_path / "policy"
    file.write_bytes(b"witness \xff " + str(VKEYS["X1"]).encode() + b"\nquorum \xff\n")
    assert Policy.read(file).is_met(signed("X1"))
    with pytest.raises(DomainError, match=r"^policy-unreadable: "):
        Policy.read(tmp_path / "none")


def test_a_policy_that_lists_logs_is_for_these_alone() -> None:
    """One that lists none is for any."""
    stranger = note.log_key("log.example", bytes(32))
    Policy.parse(EXAMPLE).require_log(LOG)
    Policy.parse("quorum none\n").require_log(stranger)
    with pytest.raises(DomainError, match=r"^vkey-differs: "):
        Policy.parse(EXAMPLE).require_log(stranger)
    with pytest.raises(DomainError, match=r"^vkey-differs: "):
        Log(key=stranger, policy=Policy.parse(EXAMPLE))
