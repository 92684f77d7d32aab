"""How long the random sequences are: short with the suite, long by ``make fuzz``."""

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite(
    "tests.properties.comparing",
    "tests.properties.friends_comparing",
    "tests.properties.friends_deeds",
    "tests.properties.friends_machine",
    "tests.properties.friends_rows",
    "tests.properties.http_deeds",
    "tests.properties.http_machine",
    "tests.properties.matches_deeds",
    "tests.properties.matches_machine",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--sequences", type=int, help="how many random sequences each machine tries")


@pytest.fixture
def sequences(request: pytest.FixtureRequest) -> int | None:
    """How many sequences were asked for; None with the suite."""
    asked: int | None = request.config.getoption("--sequences", default=None)
    return asked


def unhurried(sequences: int, steps: int) -> settings:
    """Settings for machines that work with real servers."""
    return settings(
        max_examples=sequences,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
