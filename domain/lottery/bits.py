"""Sets of officers as integers: bit n stands for number n of some order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDTH = 512  # bits that are taken off a large set at a time, so that its single bits come cheaply
_CHUNK = (1 << _WIDTH) - 1


def numbers(mask: int) -> Iterator[int]:
    """Give the numbers in a set, in ascending order."""
    base = 0
    while mask:
        chunk = mask & _CHUNK
        while chunk:
            lowest = chunk & -chunk
            yield base + lowest.bit_length() - 1
            chunk ^= lowest
        mask >>= _WIDTH
        base += _WIDTH


def number_at(mask: int, index: int) -> int:
    """Give the number at a place of the set in ascending order, counted from 0, by halving."""
    base, width = 0, mask.bit_length()
    while width > 1:
        half = width >> 1
        lower = mask & ((1 << half) - 1)
        below = lower.bit_count()
        if index < below:
            mask, width = lower, half
        else:
            mask, width = mask >> half, width - half
            index -= below
            base += half
    return base
