"""A line to a server that breaks just when the first answer is on its way back."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LARGE = 2**16


@contextmanager
def unsteady_line(port: int) -> Iterator[int]:
    """Listens, and gives its port: every other connection is cut when the server answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, port))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(listener: socket.socket, port: int) -> None:
    threads = []
    is_cut = True
    with suppress(OSError):  # the listener was shut
        while True:
            client, _ = listener.accept()
            threads.append(threading.Thread(target=_carry, args=(client, port, is_cut)))
            threads[-1].start()
            is_cut = not is_cut
    for thread in threads:
        thread.join()


def _carry(client: socket.socket, port: int, is_cut: bool) -> None:  # noqa: FBT001
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        there = threading.Thread(target=_copy, args=(client, server))
        there.start()
        with suppress(OSError):
            answer = server.recv(LARGE)
            while answer and not is_cut:
                client.sendall(answer)
                answer = server.recv(LARGE)
            client.shutdown(socket.SHUT_RDWR)
        there.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(LARGE):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
