"""Requests made from the published document, sent to a running copy: ``make fuzz``.

schemathesis makes them, valid and invalid ones, and judges the answers: no 5xx, and nothing but
the statuses, headers and bodies that the document tells.
"""

import argparse
import secrets
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import httpx
import msgspec
from msgspec import Struct

from tests.journeys.copies import Copy
from tests.plain_http import NO_CERTIFICATES

CONFIGURATION: Final = Path(__file__).parent / "schemathesis.toml"
PIECE_SECONDS: Final = 240  # an access token lives ten minutes
# Processes, for in threads of one the parser of CPython 3.11 fails now and then (gh-106905).
AT_ONCE: Final = 3
# The first would end the session that all other requests are sent in, the others have no end.
LEFT_OUT: Final = ("endSession", "streamEvents", "streamMatchEvents")


class Piece(Struct, frozen=True):
    """What one run of schemathesis came to: requests, and a text where an answer was wrong."""

    requests: int
    failures: str


class _Cases(Struct):
    generated: int


class _Report(Struct):
    test_cases: _Cases


def fuzz(
    copy: Copy, folder: Path, *, token: str | None, seed: int, examples: int, seconds: int = 0
) -> Piece:
    """Send `examples` generated requests for each operation; if `seconds` are given, again and
    again until they are over, and after the systematic ones.
    """
    report = folder / "report.json"
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        *("--config-file", str(CONFIGURATION), "--no-color", "run"),
        f"{copy.address}/schema/openapi.json",
        *("--checks", "all", "--max-examples", str(examples), "--seed", str(seed)),
        *("--workers", "1", "--no-shrink", "--continue-on-failure"),
        *("--generation-database", "none"),
        *(text for name in LEFT_OUT for text in ("--exclude-operation-id", name)),
        *("--request-timeout", "60", "--warnings", "off"),
        *("--report", "json", "--report-json-path", str(report)),
    ]
    command += ["--max-time", str(seconds)] if seconds else ["--phases", "examples,fuzzing"]
    if token:
        command += ["--header", f"Authorization: Bearer {token}"]
    run = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)  # noqa: S603
    assert report.exists(), run.stdout + run.stderr
    requests = msgspec.json.decode(report.read_bytes(), type=_Report).test_cases.generated
    return Piece(requests, "" if run.returncode == 0 else run.stdout + run.stderr)


def sign_in(copy: Copy) -> str:
    """An access token of a new player, whose password stands in no example."""
    body = {"email": f"{secrets.token_hex(8)}@example.com", "password": secrets.token_hex(16)}
    with httpx.Client(
        base_url=copy.address, trust_env=False, verify=NO_CERTIFICATES, timeout=30
    ) as client:
        assert client.post("/api/auth/register/", json=body).status_code == 201
        token: str = client.post("/api/auth/login/", json=body).json()["access"]
    return token


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=50_000)
    wanted = parser.parse_args().requests
    with tempfile.TemporaryDirectory(prefix="tracker-fuzz-") as name:
        folder = Path(name)
        copy = Copy(folder / "data", TRACKER_RATE_LIMITS="off")
        try:
            return _until(wanted, copy, folder)
        finally:
            copy.process.terminate()
            copy.process.communicate()


def _until(wanted: int, copy: Copy, folder: Path) -> int:
    def one(number: int) -> Piece:
        place = folder / str(number)
        place.mkdir(exist_ok=True)
        seed = secrets.randbits(32)
        is_signed_in = seed % 4 > 0
        token = sign_in(copy) if is_signed_in else None
        piece = fuzz(copy, place, token=token, seed=seed, examples=100, seconds=PIECE_SECONDS)
        who = "signed in" if is_signed_in else "a stranger"
        print(f"{piece.requests} requests, {who}, seed {seed}", flush=True)  # noqa: T201
        return piece

    sent = 0
    with ThreadPoolExecutor(AT_ONCE) as threads:
        while sent < wanted:
            pieces = list(threads.map(one, range(AT_ONCE)))
            sent += sum(piece.requests for piece in pieces)
            print(f"{sent} of {wanted}", flush=True)  # noqa: T201
            failures = [piece.failures for piece in pieces if piece.failures]
            if failures:
                print(*failures, sep="\n")  # noqa: T201
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
