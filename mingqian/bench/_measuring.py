"""What benches measure with: CPU seconds, memory of a fresh process, and bars."""

from __future__ import annotations

import gc
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def bar(name: str, figure: float, bar: float, *, at_most: bool = False) -> dict[str, Any]:
    """Hold a figure against its bar."""
    met = figure <= bar if at_most else figure >= bar
    return {"name": name, "figure": figure, "bar": bar, "met": met}


def apart(act: Callable[..., T], *arguments: object) -> T:
    """Do it in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
        return fresh.submit(act, *arguments).result()


def seconds(act: Callable[[], object]) -> float:
    """CPU seconds of this process, to a tenth of a millisecond."""
    gc.collect()  # nobody pays for what another left behind
    start = process_time()
    act()
    return round(process_time() - start, 4)


def kilobytes(name: str) -> int:
    """A figure of /proc about this process: VmRSS, or VmHWM, the most since it began."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1])
