"""Excel workbooks (.xlsx, ECMA-376), read without trusting them, one row at a time.

We read the parts ourselves, since a registry needs to know what libraries leave out: which rows and columns are hidden,
which formulas nobody calculated, which cells are errors. And a file of a few bytes may claim billions of cells: nothing
here grows with what a file claims, only with what it holds.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.imports.markup import Attributes, Walk
from api.imports.sheet import Epoch, Sheet, build, damaged, unreadable
from api.imports.worksheet import Shared, read_texts, read_worksheet
from domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.imports.sheet import Progress

MAX_BYTES = 200_000_000
"""Unpacked size of a workbook: about 350,000 rows of nine columns."""

_CHUNK = 1 << 18
# ECMA-376 part 1, 18.8.30: the formats below 164 that show a day, with those of East Asia.
_DATE_FORMATS = frozenset({*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58})
_LITERAL = re.compile(r'"[^"]*"|\[[^\]]*\]|[\\_*].|AM/PM|上午/下午', re.IGNORECASE)


def read_workbook(data: bytes, progress: Progress) -> tuple[Sheet, ...]:
    """Read every worksheet, in order. Raises DomainError `import-unreadable`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return tuple(_sheets(_Package(package), progress))
    except DomainError:
        raise
    except Exception:  # noqa: BLE001 - a damaged part shows as nearly any exception
        raise damaged() from None


class _Package:
    """The parts of a workbook. zipfile never unpacks more than an entry declares, so the sum is checked before."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self._zip = package
        self._names = frozenset(package.namelist())
        if sum(entry.file_size for entry in package.infolist()) > MAX_BYTES:
            size = MAX_BYTES // 1_000_000
            raise unreadable(
                f"解压后超过 {size} MB；请拆分文件 / unpacks to more than {size} MB: split the file"
            )

    def size(self, name: str) -> int:
        """Bytes of a part, unpacked."""
        return self._zip.getinfo(name).file_size

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a part, unpacked as they are asked for."""
        with self._zip.open(name) as part:
            while chunk := part.read(_CHUNK):
                yield chunk

    def elements(self, name: str, wanted: str) -> list[Attributes]:
        """What the elements of one name say in their attributes; none where the part is missing."""
        found: list[Attributes] = []
        if name in self._names:
            Walk(starts={wanted: found.append}, ends={}).through(self.chunks(name))
        return found

    def texts(self, name: str) -> list[str]:
        """The texts that cells name by number; none where the part is missing."""
        return read_texts(self.chunks(name)) if name in self._names else []

    def dates(self, name: str) -> frozenset[str]:
        """The numbers of the cell styles that show a number as a day."""
        dates, styles, inside = set(_DATE_FORMATS), list[int](), [False]
        if name in self._names:
            Walk(
                starts={
                    "numFmt": lambda one: _note_format(one, dates),
                    "cellXfs": lambda _: inside.append(True),
                    "xf": lambda one: (
                        styles.append(int(one.get("numFmtId", 0))) if inside[-1] else None
                    ),
                },
                ends={"cellXfs": lambda: inside.append(False)},
            ).through(self.chunks(name))
        return frozenset(str(i) for i, style in enumerate(styles) if style in dates)

    def targets(self, name: str) -> dict[str, str]:
        """Where the relations of a part lead, by their ids and, for those that are single, by their types."""
        folder, own = posixpath.split(name)
        found = {}
        for relation in self.elements(
            posixpath.join(folder, "_rels", f"{own}.rels"), "Relationship"
        ):
            target = posixpath.normpath(posixpath.join("/", folder, relation["Target"]))[1:]
            found[relation["Id"]] = found[relation["Type"].rpartition("/")[2]] = target
        return found


@dataclass(frozen=True, kw_only=True)
class _Place:
    name: str
    part: str
    hidden: bool


def _sheets(package: _Package, progress: Progress) -> Iterator[Sheet]:
    workbook = package.targets("")["officeDocument"]
    targets = package.targets(workbook)
    said = [one.get("date1904") for one in package.elements(workbook, "workbookPr")]
    shared = Shared(
        texts=package.texts(targets.get("sharedStrings", "")),
        dates=package.dates(targets.get("styles", "")),
        epoch=Epoch.Y1904 if said and said[0] in {"1", "true"} else Epoch.Y1900,
    )
    places = [_place(one, targets) for one in package.elements(workbook, "sheet")]
    places = [place for place in places if "worksheets/" in place.part]  # charts have their own
    whole, before = sum(package.size(place.part) for place in places), 0
    for place in places:
        chunks = _telling(package.chunks(place.part), before, whole, progress)
        yield build(read_worksheet(place.name, chunks, shared, hidden=place.hidden))
        before += package.size(place.part)


def _place(sheet: Attributes, targets: dict[str, str]) -> _Place:
    relation = next(value for name, value in sheet.items() if name.endswith(":id"))
    hidden = sheet.get("state", "visible") != "visible"
    return _Place(name=sheet["name"], part=targets[relation], hidden=hidden)


def _telling(chunks: Iterator[bytes], done: int, whole: int, progress: Progress) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        progress(done, whole)


def _note_format(number_format: Attributes, dates: set[int]) -> None:
    if shows_day(number_format.get("formatCode", "")):
        dates.add(int(number_format["numFmtId"]))


def shows_day(code: str) -> bool:
    """Whether a number format shows a day: it has years or days, or months without hours and seconds."""
    plain = _LITERAL.sub("", code.partition(";")[0]).lower()
    return bool(re.search("[yd]", plain) or ("m" in plain and not re.search("[hs]", plain)))
