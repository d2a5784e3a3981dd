"""The auditor's other machines, as a Dask cluster: an optional extra, imported only when asked for.

They get the same spans and the same function as processes of this machine, and are believed as much: a span that one of
them calls sound is not looked at again here, but for what only the history can tell. So they must be the auditor's own, and
run the same program; that is compared first.
"""

from __future__ import annotations

from contextlib import contextmanager
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.workers import Pool
from domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS = 20  # to be answered by the scheduler
ROOMS = ("domain", "ledger", "audit")  # what the checks of a span are made of


@contextmanager
def cluster(address: str) -> Iterator[Callable[[], Pool]]:
    """Connect to a scheduler, `tcp://HOST:PORT` or `tls://…`, and give what `verify` starts its pool with.

    Raises DomainError: "cluster-unsupported" without the extra `mingqian[cluster]`, "cluster-unavailable" when nobody answers
    or works there, "cluster-differs" when a worker runs another program.
    """
    with _connected(address) as client:
        width = sum(client.nthreads().values())
        if not width:
            raise _unavailable("没有工作进程 / no worker has joined it")
        _require_same_program(client)
        yield lambda: Pool(client.get_executor(pure=False), width)


def fingerprint() -> str:
    """Digest of the program's own source, here or wherever this is called."""
    root, digest = Path(__file__).parent.parent, sha256()
    for path in sorted(each for room in ROOMS for each in (root / room).rglob("*.py")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _connected(address: str) -> Any:  # noqa: ANN401 - a type of the optional package
    try:
        dask = import_module("distributed")
    except ImportError:
        detail = "请安装 mingqian[cluster] / install mingqian[cluster]"
        raise DomainError("cluster-unsupported", detail) from None
    try:
        return dask.Client(address, timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise _unavailable(f"{address}: {type(error).__name__}") from None


def _require_same_program(client: Any) -> None:  # noqa: ANN401 - the same
    try:
        found: dict[str, str] = client.run(fingerprint)
    except Exception as error:  # noqa: BLE001 - a worker without the program raises whatever it likes
        raise _differs(type(error).__name__) from None
    other = [worker for worker, program in found.items() if program != fingerprint()]
    if other:
        raise _differs(", ".join(sorted(other)))


def _unavailable(why: str) -> DomainError:
    return DomainError("cluster-unavailable", f"集群不可用 / no cluster to work with: {why}")


def _differs(where: str) -> DomainError:
    detail = (
        f"集群所运行的程序与本机不同 / the cluster runs another program than this machine: {where}"
    )
    return DomainError("cluster-differs", detail)
