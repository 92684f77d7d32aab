"""NATS with JetStream from its wheel: make its folder, start the server on it, reach it.

The server listens on a loopback port that any local user may call, so it asks for a random token,
which is kept in its folder together with its configuration, readable for us alone.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import Final

from deploy.launch import Launch, end, on_leash, wait_until
from deploy.wheels import NATS_SERVER

LOOPBACK: Final = "127.0.0.1"
PORTS: Final = range(20_000, 32_000)  # below those that the kernel lends to outgoing connections
STARTS_WITHIN: Final = 30.0  # seconds
STOPS_WITHIN: Final = 10.0  # seconds
MEGABYTE: Final = 1024 * 1024
LARGEST_MESSAGE: Final = 12 * MEGABYTE  # a preview carries its picture, at most 10 MiB


class Nats:
    """A NATS server on `folder`, which is made when missing, always on the same free port.

    What the server writes goes to ``<folder>.log`` when it is started by `start`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.port = _free_port()
        self._store = self.folder / "store"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address with the token, after `prepare`."""
        return f"nats://{self._token()}@{LOOPBACK}:{self.port}"

    def prepare(self) -> None:
        """Make the folder and the token if there are none, and write the configuration."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (self.folder / "token").exists():
            _write_secret(self.folder / "token", secrets.token_hex(32))
        # JSON is a part of NATS' own format, but for escaped letters.
        configuration = {
            "host": LOOPBACK,
            "port": self.port,
            "authorization": {"token": self._token()},
            "max_payload": LARGEST_MESSAGE,
            "jetstream": {
                "store_dir": str(self._store),
                # Otherwise it acknowledges up to two minutes before it writes to the disk.
                "sync_interval": "always",
                "max_memory_store": 64 * MEGABYTE,
                "max_file_store": 1024 * MEGABYTE,
            },
        }
        text = json.dumps(configuration, indent=2, ensure_ascii=False)
        _write_secret(self.folder / "nats.conf", text)

    def launch(self) -> Launch:
        """How to start the server now; it dies with its starter."""
        return on_leash([NATS_SERVER, "--config", self.folder / "nats.conf"])

    def answers(self) -> bool:
        """Whether the server takes our token, and has JetStream."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=2) as connection:
                lines = connection.makefile("rb")
                information = json.loads(lines.readline().removeprefix(b"INFO "))
                hello = json.dumps({"auth_token": self._token(), "verbose": False})
                connection.sendall(f"CONNECT {hello}\r\nPING\r\n".encode())
                return bool(information.get("jetstream")) and lines.readline() == b"PONG\r\n"
        except (OSError, ValueError):
            return False

    def start(self) -> None:
        """Start the server and wait until it answers; raises `StartFailed`."""
        log = self.folder.with_name(f"{self.folder.name}.log")
        self.prepare()
        self._process = self.launch().into(log)
        wait_until(self.answers, self._process, log, STARTS_WITHIN)

    def stop(self) -> None:
        """Stop a started server cleanly."""
        if self._process:
            end(self._process, signal.SIGINT, STOPS_WITHIN)

    def kill(self) -> None:
        """Kill a started server, as the kernel does when memory runs out; for tests of faults."""
        if self._process:
            end(self._process, signal.SIGKILL, STOPS_WITHIN)

    def wipe(self) -> None:
        """Forget every stream of a server that does not run, as a lost disk does."""
        shutil.rmtree(self._store, ignore_errors=True)

    def _token(self) -> str:
        return (self.folder / "token").read_text()


def _free_port() -> int:
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port


def _write_secret(path: Path, text: str) -> None:
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    unfinished.replace(path)
