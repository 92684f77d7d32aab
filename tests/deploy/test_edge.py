"""CORS: who may read answers, by the address we listen on and the origins that are named."""

import pytest

from deploy.edge import allowed_origins

NAMED = ("http://192.168.1.20:5173", "https://app.example.com")
NEARLY = [
    "http://192.168.1.20:5174", "https://192.168.1.20:5173", "http://app.example.com", "null",
    "https://app.example.com:443", "https://APP.example.com", "https://app.example.com.evil.example",
    "https://evil.example/https://app.example.com", "https://x.app.example.com", "",
]  # fmt: skip


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "192.168.1.5", "::"])  # noqa: S104
def test_origins_that_are_named_may_read_wherever_we_listen(host: str) -> None:
    allowed = allowed_origins(host, NAMED)
    assert all(allowed(origin.encode()) for origin in NAMED)
    assert not any(allowed(origin.encode()) for origin in NEARLY)


def test_naming_some_does_not_shut_this_machine_out() -> None:
    assert allowed_origins("127.0.0.1", NAMED)(b"http://localhost:3000")


def test_this_machine_may_read_only_while_we_listen_on_it_alone() -> None:
    for more in ((), NAMED):
        assert not allowed_origins("0.0.0.0", more)(b"http://localhost:3000")  # noqa: S104
