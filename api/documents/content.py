"""What a document says, free of any format: the PDF, the DOCX and the XLSX of a document are set from the same value.

Texts are data on every way out: no writer reads markup, code or formulas in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from api.pages import moment

Style = Literal["addressee", "body", "heading", "note"]


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """Running text; breaks in it are kept."""

    text: str
    style: Style = "body"
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Names and values beside each other."""

    rows: tuple[tuple[str, str], ...]
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table whose head is repeated on every page; `widths` are shares of the line."""

    head: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    kind: Literal["table"] = "table"


@dataclass(frozen=True, kw_only=True)
class Signatures:
    """Places where people sign by hand and date it."""

    places: tuple[str, ...]
    kind: Literal["signatures"] = "signatures"


@dataclass(frozen=True, kw_only=True)
class Seal:
    """Who issues the document and when, with room for the seal."""

    issuer: str
    day: str
    kind: Literal["seal"] = "seal"


Block = Paragraph | Facts | Table | Signatures | Seal


@dataclass(frozen=True, kw_only=True)
class AsOf:
    """The state of the ledger that a document tells: `position` leaves, the last at `at`; `checkpoint` leaves are signed for."""

    position: int
    at: str
    checkpoint: int | None

    @property
    def words(self) -> str:
        """The same in words."""
        signed = "尚无检查点" if self.checkpoint is None else f"检查点 {self.checkpoint} 叶"
        return f"截至 {moment(self.at)}（账本时间，北京）· 账本 {self.position} 叶 · {signed}"


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document.

    `leaf` is the fact that it rests on, `proof` the path of its public proof, `as_of` the state of the ledger it tells.
    """

    title: str
    english: str
    issuer: str
    number: str
    blocks: tuple[Block, ...]
    leaf: int
    proof: str
    as_of: AsOf
    landscape: bool = False

    @property
    def foot(self) -> str:
        """What stands under every page, beside its number."""
        return f"文号 {self.number} · 账本叶 {self.leaf}"

    @property
    def path(self) -> str:
        """The path of the proof with the leaf."""
        return f"{self.proof}#leaf-{self.leaf}"

    def address(self, public: str | None) -> str | None:
        """Where the proof is on the internet, if the service has an address there."""
        return public.rstrip("/") + self.path if public else None
