"""Turns: the first in line works for those behind it, and nobody is forgotten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING

import pytest

from ledger.turns import Turns

if TYPE_CHECKING:
    from ledger.turns import Take


def test_who_comes_alone_is_served_at_once_and_by_itself() -> None:
    """There is nobody to wait for."""
    rounds: list[list[int]] = []
    turns = Turns[int](lambda take: rounds.append(take(lambda *_: True)))
    for number in range(3):
        turns.join(number)
    assert rounds == [[0], [1], [2]]


def test_who_comes_during_a_round_is_served_by_the_next_in_the_order_of_coming() -> None:
    """Up to as many as fit; the first of those left over leads on."""
    rounds: list[list[int]] = []
    begun, may_end = Event(), Event()

    def serve(take: Take[int]) -> None:
        rounds.append(take(lambda _, taken: len(taken) < 3))
        begun.set()
        may_end.wait()

    turns = Turns(serve)
    with ThreadPoolExecutor(8) as pool:
        pool.submit(turns.join, 0)
        begun.wait()
        for number in range(1, 8):
            pool.submit(turns.join, number)
            while len(turns) < number:
                pass
        may_end.set()
    assert rounds == [[0], [1, 2, 3], [4, 5, 6], [7]]


def test_a_round_takes_along_who_comes_while_there_is_room() -> None:
    """A leader may take more than once."""
    rounds: list[list[int]] = []
    begun = Event()

    def serve(take: Take[int]) -> None:
        served = take(lambda *_: True)
        begun.set()
        while len(turns) < 2 - len(rounds) * 2:
            pass
        rounds.append(served + take(lambda *_: True))

    turns = Turns(serve)
    with ThreadPoolExecutor(3) as pool:
        pool.submit(turns.join, 0)
        begun.wait()
        pool.submit(turns.join, 1)
        pool.submit(turns.join, 2)
    assert [sorted(one) for one in rounds] == [[0, 1, 2]]


def test_a_leader_waits_for_those_who_were_served_together_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It goes on once they are all back; who was alone before waits for nobody, however long one might."""
    monkeypatch.setattr("ledger.turns.LINGER_SECONDS", 60)
    rounds: list[list[int]] = []
    led, both_wait = Event(), Event()

    def serve(take: Take[int]) -> None:
        served = take(lambda _, taken: not taken)
        led.set()
        if served == [0]:
            both_wait.wait()
        while others := take(lambda _, taken: len(taken) < 2):
            served += others
            if len(rounds) == 1 and len(served) == 2:
                break
        rounds.append(served)

    turns = Turns(serve)
    with ThreadPoolExecutor(2) as pool:
        pool.submit(turns.join, 0)
        led.wait()
        pool.submit(turns.join, 1)
        while len(turns) < 1:
            pass
        both_wait.set()
    led.clear()
    with ThreadPoolExecutor(2) as pool:
        pool.submit(turns.join, 2)
        led.wait()
        pool.submit(turns.join, 3)
    assert rounds == [[0, 1], [2, 3]]


@pytest.mark.parametrize("first", [True, False])
def test_a_leader_that_is_interrupted_leaves_its_place_to_the_next(first: bool) -> None:  # noqa: FBT001 - a parameter
    """Whether it had taken itself or not: those behind it are served."""
    served: list[int] = []
    begun = Event()

    def serve(take: Take[int]) -> None:
        if not begun.is_set():
            if first:
                take(lambda _, taken: not taken)
            begun.set()
            while len(turns) < 2 + (not first):
                pass
            raise KeyboardInterrupt
        served.extend(take(lambda *_: True))

    turns = Turns(serve)
    with ThreadPoolExecutor(3) as pool:
        leader = pool.submit(turns.join, 0)
        begun.wait()
        rest = [pool.submit(turns.join, number) for number in (1, 2)]
        assert isinstance(leader.exception(), KeyboardInterrupt)
        for one in rest:
            one.result()
    assert sorted(served) == [1, 2]
