"""One system for all tests that break it in ways from which it has to mend itself."""

from collections.abc import Iterator

import pytest

from tests.deploy.processes import wait_for
from tests.faults.killing import PARTS, process_of
from tests.faults.readiness import is_ready
from tests.journeys.copies import Copy, running_copy


@pytest.fixture(scope="session")
def breakable() -> Iterator[Copy]:
    with running_copy(TRACKER_RATE_LIMITS="off", TRACKER_QUOTA_PENDING="1000") as system:
        yield system


@pytest.fixture
def system(breakable: Copy) -> Copy:
    """A copy that may be broken; whatever the test before did to it, it is well again."""
    wait_for(lambda: all(process_of(breakable, part) for part in PARTS))
    wait_for(lambda: is_ready(breakable))
    return breakable
