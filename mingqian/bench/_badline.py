"""A line to PostgreSQL that breaks at the worst moment: while a transaction commits."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Self

from psycopg.conninfo import conninfo_to_dict, make_conninfo

if TYPE_CHECKING:
    from types import TracebackType

SIZE = 1 << 16


class BadLine:
    """Forwards a TCP port of this machine to the server of a DSN.

    `lose_answers`: so many commits arrive, but the line breaks before they are acknowledged.
    `lose_requests`: so many commits do not arrive.
    """

    def __init__(self, dsn: str) -> None:
        self._target = conninfo_to_dict(dsn)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._mutex = Lock()
        self.lose_answers = 0
        self.lose_requests = 0
        port = self._listener.getsockname()[1]
        self.dsn = make_conninfo(
            dsn, host="127.0.0.1", port=port, sslmode="disable", gssencmode="disable"
        )

    def __enter__(self) -> Self:
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    server = self._connect()
                except OSError:  # the server is down, and may come again
                    _close(client)
                    continue
                broken = [False]
                Thread(target=self._requests, args=(client, server, broken), daemon=True).start()
                Thread(target=self._answers, args=(client, server, broken), daemon=True).start()

    def _connect(self) -> socket.socket:
        host, port = str(self._target.get("host", "localhost")), self._target.get("port", 5432)
        if not host.startswith("/"):
            return socket.create_connection((host, int(port or 5432)))
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(str(Path(host) / f".s.PGSQL.{port}"))
        except OSError:
            server.close()
            raise
        return server

    def _requests(self, client: socket.socket, server: socket.socket, broken: list[bool]) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(SIZE):
                if b"COMMIT" in data and self._take("lose_requests"):
                    break
                if b"COMMIT" in data and self._take("lose_answers"):
                    broken[0] = True
                server.sendall(data)
        if not broken[0]:
            _close(client, server)

    def _answers(self, client: socket.socket, server: socket.socket, broken: list[bool]) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(SIZE):
                if broken[0]:  # what was sent has been carried out: now the line may break
                    break
                client.sendall(data)
        _close(client, server)

    def _take(self, name: str) -> bool:
        with self._mutex:
            left = getattr(self, name)
            if left:
                setattr(self, name, left - 1)
            return bool(left)


def _close(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
