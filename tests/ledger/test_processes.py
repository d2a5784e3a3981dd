"""Eight processes append, one reads the tail, and nothing is missed."""

from __future__ import annotations

from mingqian.bench._tail import race


def test_a_tail_reader_misses_nothing_while_eight_processes_append(dsn: str) -> None:
    """Every event is seen once, in order, and no leaf number is left out."""
    outcome = race(dsn, processes=8, seconds=3)
    assert outcome.appended > 100
    assert outcome.whole, outcome
