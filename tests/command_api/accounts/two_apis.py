"""Two API processes on one database, as they stand behind a load balancer."""

import os
import secrets
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from msgspec import Struct

from deploy.postgres import Postgres
from tests.deploy.processes import free_port
from tests.plain_http import NO_CERTIFICATES
from tests.prepared import prepare_database

ROOT = Path(__file__).parent.parent.parent.parent
STARTS_WITHIN = 60.0  # seconds
PASSWORD = "three blue goalposts"


class Api:
    """One of the processes, and the client that the load balancer is to it."""

    def __init__(self, log: Path, environment: dict[str, str]) -> None:
        port = free_port()
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "deploy", "api"],
                cwd=ROOT,
                env={**os.environ, **environment, "TRACKER_PORT": str(port)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            trust_env=False,
            verify=NO_CERTIFICATES,
            timeout=30,
            limits=httpx.Limits(max_connections=None),
        )
        self._log = log

    def until_alive(self) -> None:
        """Wait until it answers; a busy machine takes its time to start it."""
        give_up_at = time.monotonic() + STARTS_WITHIN
        while not self._is_alive():
            assert self.process.poll() is None, self._log.read_text()
            assert time.monotonic() < give_up_at, self._log.read_text()
            select.select([], [], [], 0.05)

    def _is_alive(self) -> bool:
        try:
            return self.http.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def ask(
        self, method: str, path: str, body: Any = None, *, client: str = "", token: str = ""
    ) -> httpx.Response:
        """Ask as the client of this address, by default one that never asked before."""
        headers = {"X-Forwarded-For": client or new_client()}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self.http.request(method, path, json=body, headers=headers)

    def post(self, path: str, body: Any, *, client: str = "", token: str = "") -> httpx.Response:
        return self.ask("POST", f"/api/auth/{path}/", body, client=client, token=token)

    def status_of_me(self, token: str) -> int:
        return self.ask("GET", "/api/auth/me/", token=token).status_code


@contextmanager
def running(*apis: Api) -> Iterator[None]:
    """Wait until all of them answer, and stop them in the end, whatever comes."""
    try:
        for api in apis:
            api.until_alive()
        yield
    finally:
        for api in apis:
            api.http.close()
            api.process.terminate()
        for api in apis:
            api.process.wait(timeout=STARTS_WITHIN)


class Apis(Struct, frozen=True):
    """Both processes, the environment that both have, and the database behind them."""

    one: Api
    two: Api
    environment: dict[str, str]
    postgres: int  # the server's process

    def registered(self) -> dict[str, str]:
        """What a new player signs in with."""
        who = {"email": f"{secrets.token_hex(6)}@example.com", "password": PASSWORD}
        answer = self.one.post("register", who)
        assert answer.status_code == 201, answer.text
        return who

    def signed_in(self, who: dict[str, str]) -> dict[str, str]:
        """The tokens of a new session."""
        answer = self.two.post("login", who)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


def new_client() -> str:
    """An IPv6 address of a network of its own."""
    return f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"


@contextmanager
def started(folder: Path, nats: str, **more: str) -> Iterator[Apis]:
    """Two processes on a fresh database in `folder`, with more settings by name."""
    prepare_database(folder / "postgres")
    server = Postgres(folder / "postgres")  # no part starts on one that may forget
    server.start()
    try:
        environment = {
            "TRACKER_DATABASE": server.conninfo(),
            "TRACKER_NATS": nats,
            "TRACKER_DATA": str(folder / "data"),
            "TRACKER_PROXIES": "127.0.0.1",
            **more,
        }
        apis = Apis(
            Api(folder / "one.log", environment),
            Api(folder / "two.log", environment),
            environment,
            int((folder / "postgres" / "postmaster.pid").read_text().splitlines()[0]),
        )
        with running(apis.one, apis.two):
            yield apis
    finally:
        server.stop()
