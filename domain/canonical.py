"""The one encoding that is hashed and signed: RFC 8785 JSON over a restricted model.

The model is: objects with ASCII keys, arrays, NFC strings without lone surrogates, integers within
±(2^53 - 1), true, false and null, nested at most 64 deep. Within it the standard library's compact
encoder with sorted keys already gives the bytes of RFC 8785, so the work that is left is one strict
walk that refuses everything outside the model.
"""

from __future__ import annotations

import json
import unicodedata
from json.encoder import encode_basestring
from typing import Any

from domain.errors import DomainError

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 64

# ASCII keys sort alike by code point, by UTF-8 byte and by UTF-16 unit (the order of RFC 8785).
_encode = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


class _BreachError(Exception):
    """A breach of the model, on its way up; each container adds its step to `place`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.place: list[str] = []


def canon(obj: object) -> bytes:
    """Encode `obj`, made of exactly dict, list, tuple, str, int, bool and None, canonically.

    Raises DomainError("not-canonical") naming the place of the first breach, as `$.pool[3].id`.
    """
    if type(obj) is str and obj.isascii():  # the ids of a pool, of which there may be millions
        return encode_basestring(obj).encode()
    try:
        _check(obj, MAX_DEPTH)
    except _BreachError as breach:
        raise _refusal("$" + "".join(reversed(breach.place)), breach.reason) from None
    return _encode(obj).encode()


def parse(data: bytes) -> object:
    """Decode canonical bytes: what `canon` would not have written is refused ("not-canonical")."""
    try:
        obj: object = json.loads(data.decode())
    except UnicodeDecodeError as error:
        raise _refusal(f"byte {error.start}", "不是 UTF-8 / not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _refusal(f"character {error.pos}", "不是 JSON / not JSON") from None
    except (RecursionError, ValueError):
        raise _refusal(
            "$", "嵌套过深或整数过长 / nested too deep, or an integer too long"
        ) from None
    again = canon(obj)
    if again != data:
        where = next(
            (i for i, (a, b) in enumerate(zip(again, data, strict=False)) if a != b), len(again)
        )
        reason = "键序、重复键、空白或转义不同 / key order, a repeated key, space or an escape"
        raise _refusal(f"byte {where}", reason)
    return obj


def _refusal(place: str, reason: str) -> DomainError:
    return DomainError("not-canonical", f"{place}: {reason}")


def _check(value: Any, depth: int) -> None:  # noqa: ANN401 - the types are compared right here
    kind = type(value)
    if kind is str:
        if not value.isascii():
            _check_text(value)
    elif kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise _BreachError("整数越界 / integer out of range")
    elif kind is dict:
        _check_object(value, depth)
    elif kind is list or kind is tuple:
        _check_array(value, depth)
    elif value is not None and kind is not bool:
        raise _BreachError(f"不允许的类型 / type not allowed: {kind.__name__}")


def _check_object(value: dict[object, object], depth: int) -> None:
    if not depth:
        raise _BreachError("嵌套过深 / nested too deep")
    for key, item in value.items():
        try:
            _check_key(key)
            _check(item, depth - 1)
        except _BreachError as breach:
            plain = type(key) is str and key.isascii() and key.isidentifier()
            breach.place.append(f".{key}" if plain else f"[{key!a}]")
            raise


def _check_key(key: object) -> None:
    if type(key) is not str or not key.isascii():
        raise _BreachError("键不是 ASCII 文本 / key is not ASCII text")


def _check_array(value: list[object] | tuple[object, ...], depth: int) -> None:
    if not depth:
        raise _BreachError("嵌套过深 / nested too deep")
    for index, item in enumerate(value):
        try:
            _check(item, depth - 1)
        except _BreachError as breach:
            breach.place.append(f"[{index}]")
            raise


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _BreachError("孤立代理项 / lone surrogate") from None
    if not unicodedata.is_normalized("NFC", text):
        raise _BreachError("文本不是 NFC / text is not NFC")
