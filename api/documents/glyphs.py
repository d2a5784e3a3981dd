"""Which characters our fonts can show. What none of them has is printed as its number, never as an empty box.

The character map is read as OpenType 1.9 has it: table `cmap`, format 12 of Windows, full Unicode.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from struct import iter_unpack, unpack_from

import pylopdf_fonts_jp as japanese
import pylopdf_fonts_zh_cn as chinese

# The first font that has a character shows it. The Japanese one adds some that stand in Chinese names, such as U+20BB7.
FONTS = tuple(map(Path, (chinese.serif_path(), japanese.serif_path())))
FOLDERS = tuple(sorted({str(path.parent) for path in FONTS}))
FAMILIES = ("Noto Serif SC", "Noto Serif JP")
_BREAKS = "\n\t"
_FULL_UNICODE = (3, 10)


def printable(text: str) -> str:
    """The text with 〔U+XXXXX〕 in the place of each character that no font of ours has."""
    known = _known()
    if known.issuperset(map(ord, text)):
        return text
    return "".join(one if ord(one) in known else f"〔U+{ord(one):04X}〕" for one in text)


@cache
def _known() -> frozenset[int]:
    return frozenset(map(ord, _BREAKS)).union(*map(_characters, FONTS))


def _characters(font: Path) -> set[int]:
    """The code points to which a font gives a glyph other than that for missing ones."""
    data = font.read_bytes()
    tables = {tag: offset for tag, _, offset, _ in iter_unpack(">4sIII", _directory(data))}
    cmap = tables[b"cmap"]
    (count,) = unpack_from(">H", data, cmap + 2)
    records = iter_unpack(">HHI", data[cmap + 4 : cmap + 4 + 8 * count])
    at = next(cmap + offset for *kind, offset in records if tuple(kind) == _FULL_UNICODE)
    (groups,) = unpack_from(">I", data, at + 12)
    found: set[int] = set()
    for first, last, glyph in iter_unpack(">III", data[at + 16 : at + 16 + 12 * groups]):
        found.update(range(first + (glyph == 0), last + 1))
    return found


def _directory(data: bytes) -> bytes:
    (count,) = unpack_from(">H", data, 4)
    return data[12 : 12 + 16 * count]
