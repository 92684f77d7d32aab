"""A proxy before PostgreSQL that cuts connections at the worst moment."""

import contextlib
import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

# How the server says that a transaction was committed (message CommandComplete).
COMMITTED = b"COMMIT\0"
LOOPBACK = "127.0.0.1"


class CuttingProxy:
    """Passes everything on, until a commit is answered while `cuts` are left: then it hangs up.

    The server has committed by then, and the client never hears of it.
    """

    def __init__(self, server_socket: Path) -> None:
        self.cuts = 0
        self._server_socket = server_socket
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._connections: list[socket.socket] = []

    def __enter__(self) -> Self:
        self._begin(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for connection in self._connections:
            connection.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server_socket))
                self._connections += [client, server]
                self._begin(lambda c=client, s=server: self._pass_on(c, s))
                self._begin(lambda c=client, s=server: self._answer(s, c))

    def _begin(self, work: object) -> None:
        thread = threading.Thread(target=work)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while received := source.recv(65_536):
                target.sendall(received)
        _hang_up(source, target)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while received := server.recv(65_536):
                if COMMITTED in received and self.cuts:
                    self.cuts -= 1
                    break
                client.sendall(received)
        _hang_up(server, client)


def _hang_up(*connections: socket.socket) -> None:
    for connection in connections:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
