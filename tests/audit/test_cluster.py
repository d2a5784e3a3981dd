"""A Dask cluster checks the same spans with the same function."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import distributed
import pytest
from typer.testing import CliRunner

from audit import cluster as clusters
from audit import spans, workers
from audit.cli import app
from audit.cluster import cluster
from audit.sources import Export
from audit.verify import verify
from domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.audit.conftest import Told


@contextmanager
def _running(width: int) -> Iterator[str]:
    """Address of a cluster of so many processes on this machine."""
    start: Any = distributed.LocalCluster
    with start(
        n_workers=width, threads_per_worker=1, dashboard_address=":0", protocol="tcp://"
    ) as running:
        yield running.scheduler_address


@pytest.fixture(scope="module")
def local() -> Iterator[str]:
    """A cluster of one process."""
    with _running(1) as address:
        yield address


def test_a_cluster_finds_what_one_process_finds(
    local: str, told: Told, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a whole history, and in one with a damaged event and a damaged signature."""
    lines = (folder / "events.jsonl").read_bytes().splitlines(keepends=True)
    lines[150] = lines[150].replace(b'"v":1', b'"v":2')
    (folder / "events.jsonl").write_bytes(b"".join(lines))
    commits = (folder / "commits.jsonl").read_bytes().splitlines(keepends=True)
    commits[60] = commits[60].replace(commits[60][-20:-10], commits[61][-20:-10])
    (folder / "commits.jsonl").write_bytes(b"".join(commits))
    alone = verify(Export(folder), vkey=told.vkey)
    monkeypatch.setattr(workers, "ALONE", 0)
    monkeypatch.setattr(spans, "ROWS", 16)
    with cluster(local) as start:
        assert verify(Export(told.folder), vkey=told.vkey, start=start).ok
        assert verify(Export(folder), vkey=told.vkey, start=start) == alone


def test_the_command_takes_the_address_of_a_cluster(local: str, told: Told) -> None:
    """And verifies."""
    arguments = ["verify", str(told.folder), "--vkey", str(told.vkey), "--cluster", local]
    result = CliRunner().invoke(app(lambda: ""), arguments)
    assert result.exit_code == 0, result.output


def test_a_worker_with_another_program_is_refused(
    local: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its findings would be those of that program."""
    monkeypatch.setattr(clusters, "ROOMS", ("domain",))
    with pytest.raises(DomainError, match="cluster-differs"), cluster(local):
        pass


def test_a_cluster_without_workers_is_refused() -> None:
    """Nobody would ever answer."""
    with (
        _running(0) as empty,
        pytest.raises(DomainError, match="cluster-unavailable"),
        cluster(empty),
    ):
        pass


def test_no_cluster_and_no_extra_exit_with_2(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was verified, and the code says why."""
    monkeypatch.setattr(clusters, "SECONDS", 1)
    assert _refused(told, "tcp://127.0.0.1:1") == "cluster-unavailable"
    assert _refused(told, "示例") == "cluster-unavailable"
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert _refused(told, "tcp://127.0.0.1:1") == "cluster-unsupported"


def _refused(told: Told, address: str) -> str:
    arguments = ["verify", str(told.folder), "--cluster", address, "--json"]
    result = CliRunner().invoke(app(lambda: ""), arguments)
    assert result.exit_code == 2, result.output
    error: str = json.loads(result.stdout)["error"]
    return error
