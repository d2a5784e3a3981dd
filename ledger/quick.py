"""A quick way to read and write stored events, for whoever reads a million of them or writes thousands a second.

It says yes or does not know. Bytes are accepted when decoding them into their own types and encoding
those again gives the very same bytes, and when the model of `domain.canonical` holds for everything
that the types leave open. Where it does not know, `Envelope.from_bytes` and `codec.to_recorded` judge,
and they alone refuse: nothing can be accepted here that they would not accept and read alike, and
nothing written that `Envelope.to_bytes` would not write alike.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Union

import msgspec
from msgspec import inspect

from domain.canonical import MAX_INTEGER
from domain.events import NAMES, name_of
from domain.facts import Actor, Recorded
from domain.upcasting import OLDER, lifted
from domain.values import made
from ledger.clock import is_rfc3339
from ledger.envelope import UUID_PATTERN, Name, Sealed

if TYPE_CHECKING:
    from domain.signing import SignedCommand

_is_uuid = re.compile(UUID_PATTERN).fullmatch
_is_nonce = re.compile("[0-9a-f]{32}").fullmatch
_is_long = re.compile(rb"[0-9]{16}").search  # an integer beyond the model has as many digits
_encode = msgspec.json.Encoder(order="sorted").encode
# ValueError: no UTF-8, or a lone surrogate; RecursionError: nested too deep.
_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
# Their encoding is told by their type alone. What else there is (objects with free keys, sets, anything) is not quick.
_PLAIN = (inspect.StrType, inspect.BoolType, inspect.NoneType, inspect.LiteralType)


class Stored(NamedTuple):
    """What an event says, its stored name, the subject of its sealed fields, and what its actor signed."""

    recorded: Recorded
    type: str
    sealed_for: str | None
    signed: SignedCommand | None = None


class _Line(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """The envelope in the order of its canonical form; each type has its own, with its `event` as `data`."""

    actor: Actor
    command_id: str
    nonce: Annotated[str, msgspec.Meta(min_length=32, max_length=32)]
    recorded_at: str
    sealed: Sealed | None = None
    stream: Name
    v: Literal[1]
    version: Annotated[int, msgspec.Meta(ge=1, le=MAX_INTEGER)]

    if TYPE_CHECKING:
        event: Any


class _Type(NamedTuple):
    """A stored name, whether there is an integer in its data, and whether it is an older shape."""

    name: str
    counts: bool
    older: bool


def read(leaf: int, state: bytes) -> Stored | None:
    """Read the event at `leaf`, or give None where only the strict reader can tell."""
    line = _accepted(state)
    return _stored(leaf, line) if line is not None else None


def accepts(state: bytes) -> bool:
    """Whether `read` would read it."""
    return _accepted(state) is not None


def _accepted(state: bytes) -> _Line | None:
    try:
        line = _decode(state)
        same = _encode(line) == state
    except _UNREADABLE:
        return None
    known = same and _is_nonce(line.nonce) and _is_envelope(line.command_id, line.recorded_at)
    return line if known and _is_in_model(state, line) else None


def write(draft: Recorded, nonce: str, sealed: Sealed | None) -> tuple[bytes, Recorded] | None:
    """Give the bytes to store, and what `read` makes of them; None where only the strict writer can tell."""
    kind = TYPES.get(name_of(draft.event))
    if kind is None:
        return None
    try:
        line: _Line = kind(
            actor=draft.actor,
            command_id=draft.command_id,
            event=draft.event,
            nonce=nonce,
            recorded_at=draft.recorded_at,
            sealed=sealed,
            stream=draft.stream,
            v=1,
            version=draft.version,
        )
        state = _encode(line)
    except _UNREADABLE:
        return None
    found = read(draft.leaf, state)
    return (state, found.recorded) if found else None


def decode(leaf: int, state: bytes) -> Stored | None:
    """Decode the event at `leaf` that was accepted already; None or nonsense where it was not."""
    try:
        return _stored(leaf, _decode(state))
    except _UNREADABLE:
        return None


def _stored(leaf: int, line: _Line) -> Stored:
    kind = _kinds_of_lines[type(line)]
    recorded = made(
        Recorded,
        leaf=leaf,
        stream=line.stream,
        version=line.version,
        recorded_at=line.recorded_at,
        actor=line.actor,
        command_id=line.command_id,
        event=lifted(line.event) if kind.older else line.event,
    )
    return Stored(recorded, kind.name, line.sealed.subject if line.sealed else None)


def _is_in_model(state: bytes, line: _Line) -> bool:
    """Whether what the types leave open is canonical: large integers, free keys, and text that is NFC."""
    if _kinds_of_lines[type(line)].counts and _is_long(_encode(line.event)):
        return False
    if line.sealed is not None and not all(field.isascii() for field in line.sealed.fields):
        return False
    # An escape may hide what a character composes with, and show a letter instead: that only makes this stricter.
    return state.isascii() or unicodedata.is_normalized("NFC", state.decode())


_is_moment = lru_cache(maxsize=64)(is_rfc3339)


@lru_cache(maxsize=1024)  # the events of one command share them
def _is_envelope(command_id: str, recorded_at: str) -> bool:
    return _is_uuid(command_id) is not None and _is_moment(recorded_at)


def _kinds(kind: inspect.Type) -> list[inspect.Type]:
    """Give the types of all single values within a type."""
    match kind:
        case inspect.DataclassType():
            return [each for field in kind.fields for each in _kinds(field.type)]
        case inspect.VarTupleType() | inspect.ListType():
            return _kinds(kind.item_type)
        case inspect.TupleType():
            return [each for item in kind.item_types for each in _kinds(item)]
        case inspect.UnionType():
            return [each for member in kind.types for each in _kinds(member)]
        case _:
            return [kind]


def _lines() -> dict[type[_Line], _Type]:
    lines: dict[type[_Line], _Type] = {}
    for name, event in {**OLDER, **NAMES}.items():
        kinds = _kinds(inspect.type_info(event))
        if all(isinstance(kind, (*_PLAIN, inspect.IntType)) for kind in kinds):
            counts = any(isinstance(kind, inspect.IntType) for kind in kinds)
            line: Any = msgspec.defstruct(
                "_Line",
                [("event", event, msgspec.field(name="data"))],
                bases=(_Line,),
                kw_only=True,
                omit_defaults=True,
                gc=False,
                tag_field="type",
                tag=name,
            )
            lines[line] = _Type(name, counts, name in OLDER)
    return lines


_kinds_of_lines = _lines()
TYPES: dict[str, Any] = {kind.name: line for line, kind in _kinds_of_lines.items()}
_decode = msgspec.json.Decoder(Union[tuple(_kinds_of_lines)]).decode  # noqa: UP007 - made at run time
