"""The history in spans: some hundred leaves with the commits they belong to, checked without knowing the rest.

A span is what one process checks by itself: bytes, hashes, parts of the tree, signatures. Its answer is
small: heads of subtrees, and what is odd. Any machine that the auditor trusts can give it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from audit.reading import MISSING, Reading, Row, read
from audit.signatures import Signed, holds
from audit.workers import result_of
from domain.merkle import leaf_hash, perfect_subtrees
from ledger import quick
from ledger.commits import bytes_to_sign

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from audit.workers import Workers
    from ledger.commits import Commit

ROWS, OCTETS = 500, 4 * 2**20  # a span is closed by whichever comes first

Subtrees: TypeAlias = list[tuple[bytes, int]]
"""Head and width of perfect subtrees, to be appended to a `Frontier`."""


class Piece(NamedTuple):
    """`size` leaves of a span that belong together, from the `start`th of their commit on; `ends` where no more follow.

    Leaves without a commit are covered by none; a `misplaced` commit does not begin where the last one ended.
    """

    commit: Commit | None
    start: int
    size: int
    ends: bool
    misplaced: bool = False

    @property
    def signed(self) -> Signed | None:
        """The signature that is checked with this piece."""
        if self.commit is None or self.misplaced or not self.ends:
            return None
        return self.commit.key, self.commit.sig, bytes_to_sign(self.commit.link)


@dataclass(kw_only=True)
class Span:
    """The rows from leaf `first` on, and how commits divide them."""

    first: int
    rows: list[Row] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)


class Work(NamedTuple):
    """What is sent to be checked: bytes from leaf `first` on, pieces as start, size and the signature that ends them.

    `cuts` are the sizes, within the span, at which the head of the whole tree is wanted.
    """

    first: int
    states: list[bytes | None]
    pieces: list[tuple[int, int, Signed | None]]
    cuts: list[int]


class Checked(NamedTuple):
    """What was found.

    `odd` has every leaf that `ledger.quick` does not read; `pieces` the subtrees of each piece within its
    commit, and whether the signature holds; `trees` the subtrees of the whole tree up to each cut and to
    the end, behind the size there.
    """

    odd: dict[int, Reading]
    pieces: list[tuple[Subtrees, bool]]
    trees: list[tuple[int, Subtrees]]


def check(work: Work) -> Checked:
    """Check a span. Anything may be handed in, nothing is raised."""
    first, states, pieces, cuts = work
    hashes = [MISSING if state is None else leaf_hash(state) for state in states]
    odd = {
        leaf: read(leaf, state)
        for leaf, state in enumerate(states, start=first)
        if state is None or not quick.accepts(state)
    }
    parts, place = [], 0
    for start, size, signed in pieces:
        own = hashes[place : place + size]
        parts.append((perfect_subtrees(own, start), signed is None or holds(*signed)))
        place += size
    trees, low = [], first
    for high in (*cuts, first + len(states)):
        trees.append((high, perfect_subtrees(hashes[low - first : high - first], low)))
        low = high
    return Checked(odd, parts, trees)


def checked(
    spans: Iterator[Span], cuts: Callable[[int, int], list[int]], workers: Workers
) -> Iterator[tuple[Span, Checked]]:
    """Check all spans and give them in order; `cuts` tells the wanted sizes above one and up to another.

    Whoever asks for the next one has work of its own to do with it, and checks a span itself only when there is nothing else.
    """
    waiting: deque[tuple[Span, Checked | Future[Checked]]] = deque()
    for span in spans:
        work = _work(span, cuts(span.first, span.first + len(span.rows)))
        while (begun := workers.begin(check, work)) is None and waiting and _is_done(waiting[0][1]):
            yield _finished(*waiting.popleft())
        waiting.append((span, begun or check(work)))
        while len(waiting) > workers.ahead or (waiting and _is_done(waiting[0][1])):
            yield _finished(*waiting.popleft())
    for each in waiting:
        yield _finished(*each)


def _is_done(outcome: Checked | Future[Checked]) -> bool:
    return isinstance(outcome, Checked) or outcome.done()


def _finished(span: Span, outcome: Checked | Future[Checked]) -> tuple[Span, Checked]:
    return span, outcome if isinstance(outcome, Checked) else result_of(outcome)


def _work(span: Span, cuts: list[int]) -> Work:
    return Work(
        first=span.first,
        states=[row.state for row in span.rows],
        pieces=[(piece.start, piece.size, piece.signed) for piece in span.pieces],
        cuts=cuts,
    )


def spans(rows: Iterator[Row], commits: Iterator[Commit]) -> Iterator[Span]:
    """Divide rows by the commits that claim them, and both into spans."""
    span, octets = Span(first=0), 0
    for piece, own, size in _pieces(rows, commits):
        span.pieces.append(piece)
        span.rows += own
        octets += size
        if max(len(span.rows), len(span.pieces)) >= ROWS or octets > OCTETS:
            yield span
            span, octets = Span(first=span.first + len(span.rows)), 0
    yield span


_Part: TypeAlias = tuple[Piece, list[Row], int]  # with the number of bytes


def _pieces(rows: Iterator[Row], commits: Iterator[Commit]) -> Iterator[_Part]:
    leaf = 0
    for commit in commits:
        if commit.first_leaf > leaf:
            for part in _parts(rows, commit.first_leaf - leaf, None):
                leaf += part[0].size
                yield part
        if commit.first_leaf != leaf or commit.count < 1:
            yield Piece(commit, 0, 0, ends=True, misplaced=True), [], 0
            continue
        for part in _parts(rows, commit.count, commit):
            leaf += part[0].size
            yield part
    yield from _parts(rows, None, None)


def _parts(rows: Iterator[Row], wanted: int | None, commit: Commit | None) -> Iterator[_Part]:
    """Give the wanted rows, or as many as there are, in parts that are no longer than a span; the last one ends."""
    start, ends = 0, False
    while not ends:
        own, octets = [], 0
        for row in islice(rows, ROWS if wanted is None else min(ROWS, wanted - start)):
            own.append(row)
            octets += len(row.state or b"")
            if octets > OCTETS:
                break
        ends = not own or start + len(own) == wanted
        yield Piece(commit, start, len(own), ends), own, octets
        start += len(own)
