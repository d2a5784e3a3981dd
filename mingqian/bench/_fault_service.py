"""The service reduced to what faults can hurt: its writer, behind a socket, in a process of its own.

A client sends the number of a department and a command id, and gets the receipt, or the code of a refusal.
"""

from __future__ import annotations

from contextlib import suppress
from multiprocessing.connection import Client, Listener
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

from domain.errors import DomainError
from domain.organisation import AddDepartment
from ledger import keys
from ledger.clock import SystemClock
from ledger.prover import HeldKeys
from ledger.store import SYSTEM, Ledger
from ledger.writer import Writer

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path


class Answer(NamedTuple):
    """A receipt: where the one event of the command is, and whether it had been recorded before."""

    leaf: int
    stream: str
    repeated: bool


def serve(dsn: str, key_directory: Path, address: str) -> None:
    """Serve until killed; begin as soon as there is a database."""
    writer = Writer(_open(dsn, key_directory), SystemClock(), HeldKeys({}))
    with Listener(address, "AF_UNIX", backlog=64) as listener:
        while True:
            connection = listener.accept()
            Thread(target=_answer, args=(connection, writer), daemon=True).start()


def ask(connection: Connection, number: int, command_id: str) -> Answer | str:
    """Send a command and wait for its answer; raises EOFError or OSError when the service is gone."""
    connection.send((number, command_id))
    answer: Answer | str = connection.recv()
    return answer


def reach(address: str) -> Connection:
    """Connect to a service; raises OSError while there is none."""
    return Client(address, "AF_UNIX")


def _open(dsn: str, key_directory: Path) -> Ledger:
    while True:
        try:
            return Ledger(dsn, keys.load(key_directory))
        except Exception as error:  # noqa: BLE001 - whatever a database that is not up yet makes of it
            last = error
        if isinstance(last, DomainError):
            raise last


def _answer(connection: Connection, writer: Writer) -> None:
    with suppress(EOFError, OSError), connection:
        while True:
            number, command_id = connection.recv()
            connection.send(_outcome(writer, number, command_id))


def _outcome(writer: Writer, number: int, command_id: str) -> Answer | str:
    command = AddDepartment(id=f"d{number}", name=f"示例部门{number}", collates=False)
    try:
        receipt = writer.execute([command], actor=SYSTEM, command_id=command_id, digest=bytes(32))
        ((leaf, stream, _, _),) = receipt.events
    except DomainError as refusal:
        return refusal.code
    except Exception as error:  # noqa: BLE001 - told to the client, who judges it
        return f"{type(error).__name__}: {error}"
    return Answer(leaf, stream, receipt.repeated)
