"""Requests of players, and wrk, which sends them as fast as they are answered."""

import secrets
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import httpx
from msgspec import Struct

from tests.journeys.copies import Copy
from tests.journeys.players import PASSWORD

CONNECTIONS = 8
SCRIPT = Path(__file__).with_name("requests.lua")
MISSING = (
    "This measures with wrk, which is not installed. It comes as a package of most systems:"
    " `apt install wrk`, `dnf install wrk` or `brew install wrk`."
)


class Player:
    """A player, who signs in anew before each measurement: tokens live for minutes."""

    def __init__(self, system: Copy) -> None:
        email = f"{secrets.token_hex(6)}@example.com"
        self.credentials = {"email": email, "password": PASSWORD}
        answer = system.ask("POST", "/api/auth/register/", json=self.credentials)
        self.id = UUID(answer.json()["id"])
        self.token = ""

    def sign_in(self, system: Copy) -> None:
        answer = system.ask("POST", "/api/auth/login/", json=self.credentials)
        self.token = answer.json()["access"]


class Request(Struct, frozen=True):
    """A request of a player, and what it is answered with."""

    player: Player
    path: str
    method: str = "GET"
    headers: tuple[str, ...] = ()
    body: str = ""
    status: int = 200

    def line(self) -> str:
        headers = ("Authorization", f"Bearer {self.player.token}", *self.headers)
        return "\t".join((self.method, self.path, *headers, self.body))

    def ask(self, system: Copy) -> httpx.Response:
        names, values = self.headers[::2], self.headers[1::2]
        headers = {
            "Authorization": f"Bearer {self.player.token}",
            **dict(zip(names, values, strict=True)),
        }
        answer = system.ask(self.method, self.path, headers=headers, content=self.body)
        assert answer.status_code == self.status, answer.text
        return answer


class Load(Struct, frozen=True):
    """What wrk did: requests a second, and the 99th percentile of their times in milliseconds."""

    requests: int
    rate: float
    p99: float


def load(
    system: Copy, requests: Sequence[Request], seconds: int, pause_ms: float | None = None
) -> Load:
    """Let wrk send the requests in turn."""
    with tempfile.NamedTemporaryFile("w", suffix=".requests") as file:
        file.writelines(f"{request.line()}\n" for request in requests)
        file.flush()
        command = ["wrk", "-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s"]
        command += ["--timeout", "30s", "-s", str(SCRIPT), system.address, "--", file.name]
        command += [] if pause_ms is None else [str(pause_ms)]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    line = next(line for line in ran.stdout.splitlines() if line.startswith("MEASURED"))
    count, microseconds, errors, p99 = map(int, line.split()[1:])
    assert not errors, ran.stdout
    assert count < len(requests) or requests[0].method != "PUT", "a request was sent twice"
    return Load(count, 1_000_000 * count / microseconds, p99 / 1000)
