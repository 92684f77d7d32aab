"""CPU that a login costs, beside refresh and me: ``python -m tests.bench.logins``."""

import itertools
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
from argon2 import PasswordHasher
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from command_api.accounts.credentials import OWASP
from deploy.nats import Nats
from tests.command_api.accounts.two_apis import Api, Apis, started

TIMES = 300
WARMING = 30
WHO = {"email": "", "password": "three blue goalposts"}


class Cost(Struct, frozen=True):
    """What one call cost, in milliseconds: CPU of the two processes, and time until the answer."""

    api: float
    postgres: float
    answered: float


def cost(apis: Apis, call: Callable[[], httpx.Response]) -> Cost:
    """The mean CPU and the median time of one call among many, one after the other."""
    api = psutil.Process(apis.one.process.pid)
    postgres = psutil.Process(apis.postgres)
    for _ in range(WARMING):
        _answered(call)
    before = cpu_seconds(api), cpu_seconds(postgres)
    took = [_answered(call) for _ in range(TIMES)]
    after = cpu_seconds(api), cpu_seconds(postgres)
    in_api, in_postgres = (1000 * (b - a) / TIMES for a, b in zip(before, after, strict=True))
    return Cost(in_api, in_postgres, 1000 * statistics.median(took))


def cpu_seconds(process: psutil.Process) -> float:
    """CPU of a process and all below it, those that have ended included."""
    own = process.cpu_times()
    living = sum(sum(child.cpu_times()[:2]) for child in process.children(recursive=True))
    return float(sum(own[:4]) + living)


def hash_milliseconds() -> float:
    """The CPU of one hash alone."""
    hasher = PasswordHasher(OWASP.passes, OWASP.memory_kib, OWASP.threads)
    stored = hasher.hash("three blue goalposts")
    began = time.process_time()
    for _ in range(TIMES // 3):
        hasher.verify(stored, "three blue goalposts")
    return 1000 * (time.process_time() - began) / (TIMES // 3)


def main() -> None:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        nats = Nats(folder / "nats")
        nats.start()
        try:
            with started(folder, nats.url) as apis:
                _show(apis)
        finally:
            nats.stop()


def _show(apis: Apis) -> None:
    api: Api = apis.one
    # So many that no limit is reached: they count, as they do in life.
    players = itertools.cycle([apis.registered() for _ in range(20)])
    tokens = apis.signed_in(next(players))
    refresh_token = tokens["refresh"]

    def refresh() -> httpx.Response:
        nonlocal refresh_token
        answer = api.post("token/refresh", {"refresh": refresh_token})
        refresh_token = answer.json()["refresh"]
        return answer

    calls: dict[str, Callable[[], httpx.Response]] = {
        "login": lambda: api.post("login", next(players)),
        "login, wrong password": lambda: api.post("login", {**next(players), "password": "guess"}),
        "login, unknown address": lambda: api.post("login", {**WHO, "email": new_address()}),
        "refresh": refresh,
        "me": lambda: api.ask("GET", "/api/auth/me/", token=tokens["access"]),
    }
    table = Table("call", "CPU: API", "PostgreSQL", "together", "answered after")
    for name, call in calls.items():
        each = cost(apis, call)
        numbers = (each.api, each.postgres, each.api + each.postgres, each.answered)
        table.add_row(name, *(f"{number:.2f} ms" for number in numbers))
    table.add_row("one hash alone", f"{hash_milliseconds():.2f} ms")
    Console().print(table)


def new_address() -> str:
    """An e-mail address that nobody has."""
    return f"{secrets.token_hex(6)}@example.com"


def _answered(call: Callable[[], httpx.Response]) -> float:
    began = time.perf_counter()
    answer = call()
    assert answer.status_code in (200, 401), answer.text
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
