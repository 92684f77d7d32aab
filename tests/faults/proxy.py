"""A proxy before a server that fails as networks do: it hangs up, it goes silent, it resets."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

# How PostgreSQL says that a transaction was committed (message CommandComplete).
COMMITTED: Final = b"COMMIT\0"
LOOPBACK: Final = "127.0.0.1"
RESET_WHEN_CLOSED: Final = struct.pack("ii", 1, 0)  # SO_LINGER: on, zero seconds
Server = Path | tuple[str, int]
Copying = Callable[[socket.socket, socket.socket], None]


class Proxy:
    """Passes everything on to `server`, a Unix socket or an address.

    While `cuts` are left it hangs up when a commit is answered: the server has committed by then,
    and the client never hears of it.
    """

    def __init__(self, server: Server) -> None:
        self.cuts = 0
        self._server = server
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept)
        self._threads: list[threading.Thread] = []
        self._connections: list[socket.socket] = []
        self._flows = threading.Event()
        self._flows.set()

    def __enter__(self) -> Self:
        self._accepting.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()  # or a client of this very moment would be forgotten
        self._listener.close()
        self.flow()
        _hang_up(*self._connections)
        for thread in self._threads:
            thread.join()
        for connection in self._connections:
            connection.close()

    def stall(self) -> None:
        """Pass nothing on any more, and end no connection: a network that went silent."""
        self._flows.clear()

    def flow(self) -> None:
        """Pass on again, also what came meanwhile."""
        self._flows.set()

    def reset(self) -> None:
        """Break every connection off on both sides, without a farewell."""
        while self._connections:
            connection = self._connections.pop()
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_WHEN_CLOSED)
                connection.shutdown(socket.SHUT_RD)  # who is reading holds it open
            connection.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._connections.append(client)
                try:
                    server = self._reached()
                except OSError:  # the server is away
                    _hang_up(client)
                    continue
                self._connections.append(server)
                self._begin(self._pass_on, client, server)
                self._begin(self._answer, server, client)

    def _reached(self) -> socket.socket:
        if isinstance(self._server, tuple):
            return socket.create_connection(self._server)
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(str(self._server))
        except OSError:
            server.close()
            raise
        return server

    def _begin(self, work: Copying, source: socket.socket, target: socket.socket) -> None:
        thread = threading.Thread(target=work, args=(source, target))
        self._threads.append(thread)
        thread.start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while received := source.recv(65_536):
                self._flows.wait()
                target.sendall(received)
        _hang_up(source, target)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while received := server.recv(65_536):
                self._flows.wait()
                if COMMITTED in received and self.cuts:
                    self.cuts -= 1
                    break
                client.sendall(received)
        _hang_up(server, client)


def _hang_up(*connections: socket.socket) -> None:
    for connection in connections:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
