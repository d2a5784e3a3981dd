"""XML of strangers, as a stream: no tree is built, so nothing grows with what a file claims."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.parsers import expat

from api.imports.sheet import unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Attributes = dict[str, str]


class Walk:
    """One walk through a part. Names are local: the prefix of the part's root is taken off where handlers are chosen.

    `starts` and `ends` are called for the elements they name, an end with the text that was gathered since the last
    element of `texts` began.
    """

    def __init__(
        self,
        *,
        starts: Mapping[str, Callable[[Attributes], None]],
        ends: Mapping[str, Callable[[], None]],
        texts: Iterable[str] = (),
    ) -> None:
        self.text: list[str] = []
        self._wanted = starts, ends, frozenset(texts)
        self._parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler = self._root

    def through(self, chunks: Iterable[bytes]) -> None:
        """Walk; raises DomainError `import-unreadable` for a DTD, and expat.ExpatError."""
        for chunk in chunks:
            self._parser.Parse(chunk, False)  # noqa: FBT003
        self._parser.Parse(b"", True)  # noqa: FBT003

    def _root(self, name: str, attributes: Attributes) -> None:
        prefix = name[: -len(name.rpartition(":")[2])]
        starts, ends, texts = (
            {prefix + name: act for name, act in self._wanted[0].items()},
            {prefix + name: act for name, act in self._wanted[1].items()},
            frozenset(prefix + name for name in self._wanted[2]),
        )
        parser, gather = self._parser, self.text.append

        def start(name: str, attributes: Attributes) -> None:
            if name in texts:
                parser.CharacterDataHandler = gather
            act = starts.get(name)
            if act is not None:
                act(attributes)

        def end(name: str) -> None:
            if name in texts:
                parser.CharacterDataHandler = None
            act = ends.get(name)
            if act is not None:
                act()

        parser.StartElementHandler, parser.EndElementHandler = start, end
        start(name, attributes)


def _refuse(*_: object) -> None:
    """ISO/IEC 29500-2 forbids document types in a package: entities that multiply have no place in a workbook."""
    raise unreadable("工作簿含有不允许的 XML / the workbook holds XML that is not allowed in it")
