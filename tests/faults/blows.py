"""What is done to running systems: processes killed, the memory of NATS lost, networks broken."""

import random
import shutil
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from deploy.data_folder import DataFolder
from tests.deploy.processes import wait_until_gone
from tests.faults.killing import PARTS, kill, process_of
from tests.faults.proxy import Proxy
from tests.faults.second_set import OWN_PARTS
from tests.journeys.copies import Copy

ALL_AT_ONCE: Final = 0.1  # the share of blows that hit everything but those who start it again
WIPE: Final = 0.05
NETWORK: Final = 0.1  # where there are proxies
Blow = Callable[[], object]


def chosen(
    chance: random.Random, systems: Sequence[Copy], proxies: Sequence[Proxy] = ()
) -> Sequence[Blow]:
    """The next blow, or all at once. The first of the systems has the servers."""
    first, *others = systems
    kills = [partial(kill, first, part) for part in PARTS]
    kills += [partial(kill, other, part) for other in others for part in (*OWN_PARTS, "reader")]
    which = chance.random()
    if which < ALL_AT_ONCE:
        return kills
    if which < ALL_AT_ONCE + WIPE:
        return [partial(wipe_nats, first)]
    if proxies and which < ALL_AT_ONCE + WIPE + NETWORK:
        proxy = chance.choice(proxies)
        return [chance.choice([proxy.reset, proxy.stall, proxy.flow])]
    return [chance.choice(kills)]


def wipe_nats(system: Copy) -> None:
    """NATS dies, and comes back without anything that it was told."""
    server = process_of(system, "nats")
    if server is None:
        return
    system.process.send_signal(signal.SIGSTOP)  # so that nobody starts it on half a folder
    try:
        kill(system, "nats")
        wait_until_gone(server)
        with suppress(FileNotFoundError):
            shutil.rmtree(DataFolder(system.folder).nats / "store")
    finally:
        system.process.send_signal(signal.SIGCONT)
