"""The files of a site: each is written again only when what it tells has changed, and names the position of the ledger as of then."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from domain.canonical import canon

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MANIFEST = "files.json"


@dataclass(frozen=True, kw_only=True)
class Head:
    """Where in the ledger a file belongs: the leaves that it tells, and the newest checkpoint of that moment."""

    position: int
    checkpoint: str
    checkpoint_size: int
    checkpoint_root: str


_NOWHERE = Head(position=0, checkpoint="", checkpoint_size=0, checkpoint_root="")


class SiteFiles:
    """A folder with a manifest of what each file tells; `written` names those that this run wrote."""

    def __init__(self, folder: Path, head: Head) -> None:
        self._folder, self._head = folder, head
        manifest = folder / MANIFEST
        self._before: dict[str, str] = (
            dict(json.loads(manifest.read_bytes())) if manifest.exists() else {}
        )
        self._now: dict[str, str] = {}
        self.written: list[str] = []

    def tell(self, name: str, make: Callable[[Head], bytes]) -> None:
        """Write a file unless it tells already what it should, wherever the ledger stands by now."""
        digest = sha256(make(_NOWHERE)).hexdigest()
        self._now[name] = digest
        if self._before.get(name) != digest or not (self._folder / name).exists():
            self._write(name, make(self._head))

    def finish(self) -> None:
        """Remove what is of the site no more, and write the manifest where anything changed."""
        for name in self._before.keys() - self._now.keys():
            (self._folder / name).unlink(missing_ok=True)
        if self._now != self._before:
            self._write(MANIFEST, canon([list(one) for one in sorted(self._now.items())]) + b"\n")

    def _write(self, name: str, content: bytes) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.written.append(name)
