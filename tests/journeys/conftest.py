"""One running copy of the whole system for all journeys that do not stop or break it."""

from collections.abc import Iterator

import pytest

from tests.journeys.copies import Copy


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    copy = Copy(tmp_path_factory.mktemp("copy") / "data")
    yield copy
    copy.process.kill()
    copy.process.communicate()
