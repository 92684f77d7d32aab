"""The address to listen on: the sentences about those that cannot be had."""

import socket
from collections.abc import Iterator

import pytest

from deploy.address import AddressRefused, readiness, refuse_unusable_address
from deploy.settings import Settings


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104
def test_taken_port_is_refused(host: str, taken: int) -> None:
    with pytest.raises(AddressRefused, match=f"Port {taken} on .* is taken by another program"):
        refuse_unusable_address(Settings(host=host, port=taken))


def test_port_is_free_again_as_soon_as_its_listener_is_gone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        caller = socket.create_connection(("127.0.0.1", port))
        answering, _ = listening.accept()
        answering.close()  # the side that closes first keeps the port in TIME_WAIT
        caller.close()
    refuse_unusable_address(Settings(port=port))


def test_address_of_another_machine_is_refused() -> None:
    with pytest.raises(AddressRefused, match=r"192[.]0[.]2[.]1 is no address of this machine"):
        refuse_unusable_address(Settings(host="192.0.2.1"))


def test_system_that_does_not_run_is_not_ready() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        now = readiness(Settings(port=unused.getsockname()[1]))
    assert not now.is_ready
    assert now.detail.startswith("Nothing answers at http://127.0.0.1:")
