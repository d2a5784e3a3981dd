"""How fast a whole history is verified, in signature checks of the same processes in the same minute.

`audit verify` reads the export of a registry of 1,000,000 events in commits of ten, as a stranger would, on two
processes. What those two could do if nothing but the signatures of its commits had to be checked is the measure. On a
machine with other work the ratio of CPU seconds is the steadier figure; where nothing else runs, both say the same.
"""

from __future__ import annotations

import json
import resource
import shutil
from base64 import b64decode
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from audit.signatures import holds
from audit.sources import Export
from audit.verify import verify
from audit.workers import processes
from ledger.commits import bytes_to_sign
from ledger.note import VerifierKey
from mingqian.bench import _registry_years
from mingqian.bench._measuring import apart, bar, kilobytes

if TYPE_CHECKING:
    from audit.signatures import Signed

EVENTS, FEWER = 1_000_000, 100_000
RUNS = 2
RATIO = 0.4
GROWTH = 1.25  # of the memory of all processes, from FEWER to EVENTS
MAKER = Path(_registry_years.__file__)
CACHE = Path(".mingqian/bench-audit")


def main() -> dict[str, Any]:
    """Measure, print one JSON object and give it."""
    many, fewer = _exports()
    small = apart(run, fewer)
    runs, alone = [], []
    for _ in range(RUNS):
        alone.append(_signatures(many))
        runs.append(apart(run, many))
    two, one, cpu = (
        median(each[name] for each in alone) for name in ("two", "one", "per_cpu_second")
    )
    rate = median(each["events_per_second"] for each in runs)
    memory = max(each["kilobytes"] for each in runs)
    result = {
        "bench": "audit",
        "runs": runs,
        "fewer": small,
        "events_per_second": round(rate),
        "allowed_by_signatures_on_two_processes": round(two),
        "allowed_by_signatures_on_one_process": round(one),
        "ratio_to_one_process": round(rate / one, 3),
        "ratio_of_cpu_seconds": round(
            median(each["events_per_cpu_second"] for each in runs) / cpu, 3
        ),
        "bars": [
            bar("verified / signatures alone, both on two processes", round(rate / two, 3), RATIO),
            bar(
                f"memory of all processes, {EVENTS} events / {FEWER}",
                round(memory / small["kilobytes"], 3),
                GROWTH,
                at_most=True,
            ),
        ],
    }
    print(json.dumps(result, ensure_ascii=False))
    return result


def run(folder: Path) -> dict[str, Any]:
    """Verify once, in a process of its own: what it took, in wall and CPU seconds and KiB at most."""
    key = VerifierKey.parse((folder / "vkey").read_text("utf-8"))
    start = perf_counter()
    report = verify(Export(folder / "export"), vkey=key, start=lambda: processes(1))
    wall = perf_counter() - start
    if not report.ok:
        raise RuntimeError(report.failures[0])
    own, other = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    cpu = [each.ru_utime + each.ru_stime for each in (own, other)]
    return {
        "events": report.events,
        "commits": report.commits,
        "events_per_second": round(report.events / wall),
        "cpu_seconds": [round(each, 2) for each in cpu],
        "events_per_cpu_second": round(report.events / sum(cpu)),
        "kilobytes": kilobytes("VmHWM") + other.ru_maxrss,
    }


def _signatures(folder: Path) -> dict[str, float]:
    """Events per second if only the signatures of the commits are checked: by two processes at once, and by one."""
    rates = {}
    for name, width in (("two", 2), ("one", 1)):
        with ProcessPoolExecutor(width, mp_context=get_context("spawn")) as pool:
            shares = [pool.submit(_signature_rates, folder, place) for place in range(width)]
            found = [share.result() for share in shares]
        rates[name] = sum(wall for wall, _ in found)
        rates["per_cpu_second"] = median(cpu for _, cpu in found)
    return rates


def _signature_rates(folder: Path, place: int) -> tuple[float, float]:
    """Events per second and per CPU second, over every other one of the export's commits."""
    with (folder / "export" / "commits.jsonl").open("rb") as lines:
        batch = [_signed(json.loads(line)) for line in islice(lines, place, None, 2)]
    start, cpu_start = perf_counter(), process_time()
    if not all(holds(*signed) for signed in batch):
        raise RuntimeError("a signature does not hold")
    wall, cpu = perf_counter() - start, process_time() - cpu_start
    events = len(batch) * _registry_years.PER_COMMIT
    return events / wall, events / cpu


def _signed(commit: dict[str, str]) -> Signed:
    link, key = bytes.fromhex(commit["link"]), bytes.fromhex(commit["key"])
    return key, b64decode(commit["sig"]), bytes_to_sign(link)


def _exports() -> tuple[Path, Path]:
    """Give the two exports, made anew when the code that makes them has changed."""
    digest = sha256()
    for path in sorted([*Path("domain").rglob("*.py"), *Path("ledger").glob("*.py"), MAKER]):
        digest.update(path.read_bytes())
    folder = CACHE / digest.hexdigest()[:16]
    if not folder.exists():
        shutil.rmtree(CACHE, ignore_errors=True)
        scratch = CACHE / "scratch"
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            made = [
                pool.submit(_registry_years.write, scratch / str(size), size)
                for size in (EVENTS, FEWER)
            ]
            for each in made:
                each.result()
        scratch.rename(folder)
    return folder / str(EVENTS), folder / str(FEWER)


if __name__ == "__main__":
    main()
