"""Whether a system is well, and how long it took to be so again."""

import time
from typing import Final

import httpx

from tests.deploy.processes import wait_for
from tests.faults.servers import nats_of, postgres_of
from tests.journeys.copies import Copy

HEALED_WITHIN: Final = 10.0  # seconds after the last server's return


def is_ready(system: Copy) -> bool:
    """Whether the system says that every part works."""
    try:
        return system.ask("GET", "/readyz").status_code == 200
    except httpx.TransportError:
        return False


def wait_until_servers_answer(system: Copy) -> None:
    """Wait for PostgreSQL and NATS."""
    wait_for(postgres_of(system).answers)
    wait_for(nats_of(system).answers)


def seconds_until_ready(*systems: Copy) -> float:
    """Wait until each of the systems is ready; gives how long that took."""
    began_at = time.monotonic()
    for system in systems:
        wait_for(lambda system=system: is_ready(system))  # type: ignore[misc]
    return time.monotonic() - began_at
