"""Strict reading of JSON values: exactly the expected shape, or a refusal that names the place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.canonical import MAX_INTEGER
from domain.errors import DomainError


@dataclass(frozen=True)
class Shape:
    """Reads values of one kind of object; every refusal carries `code` and the place."""

    code: str

    def refusal(self, place: str, reason: str) -> DomainError:
        """Make the refusal; `reason` is Chinese first, then English."""
        return DomainError(self.code, f"{place}: {reason}")

    def obj(
        self, value: object, place: str, required: set[str], optional: frozenset[str] = frozenset()
    ) -> dict[str, Any]:
        """Read an object with all of the `required` keys and no keys but those and `optional`."""
        if not isinstance(value, dict):
            raise self.refusal(place, "应为对象 / must be an object")
        if not required <= value.keys() <= required | optional:
            names = ", ".join(sorted(required))
            raise self.refusal(place, f"应恰有这些键 / must have exactly the keys: {names}")
        return value

    def array(self, value: object, place: str, least: int = 0) -> list[Any]:
        """Read an array with at least `least` elements."""
        if not isinstance(value, list | tuple) or len(value) < least:
            raise self.refusal(
                place, f"应为至少 {least} 项的数组 / must be an array of {least} or more"
            )
        return list(value)

    def pair(self, value: object, place: str) -> tuple[object, object]:
        """Read an array of exactly two elements."""
        match self.array(value, place):
            case [first, second]:
                return first, second
        raise self.refusal(place, "应为两项的数组 / must be an array of two")

    def text(self, value: object, place: str) -> str:
        """Read a string that is not empty."""
        if not isinstance(value, str) or not value:
            raise self.refusal(place, "应为非空文本 / must be text that is not empty")
        return value

    def integer(self, value: object, place: str, least: int = -MAX_INTEGER) -> int:
        """Read an integer of the canonical range, `least` or more; true and false are none."""
        if type(value) is not int or not least <= value <= MAX_INTEGER:
            raise self.refusal(place, f"应为不小于 {least} 的整数 / must be an integer >= {least}")
        return value

    def octets(self, value: object, place: str, size: int | None = None) -> bytes:
        """Read lower-case hex of `size` bytes, or of one byte or more."""
        try:
            octets = bytes.fromhex(self.text(value, place))
        except ValueError:
            octets = b""
        if octets.hex() != value or (size is not None and len(octets) != size):
            wanted = "" if size is None else f" ({size} bytes)"
            raise self.refusal(place, f"应为小写十六进制 / must be lower-case hex{wanted}")
        return octets
