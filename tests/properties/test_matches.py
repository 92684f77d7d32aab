"""Whatever players and the OCR do in whatever order, the system does as the model says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis.stateful import run_state_machine_as_test

from deploy.nats import Nats
from tests.conftest import NewDatabase
from tests.properties.conftest import unhurried
from tests.properties.matches_machine import MatchesMachine
from tests.properties.system import System

SEQUENCES = 6
STEPS = 40


@pytest.fixture
def system(new_database: NewDatabase, nats_server: Nats, tmp_path: Path) -> Iterator[System]:
    with System(new_database(), new_database(), nats_server.url, tmp_path) as system:
        yield system


def test_random_commands_and_readings_do_as_the_model_says(
    system: System, sequences: int | None
) -> None:
    run_state_machine_as_test(
        lambda: MatchesMachine(system),  # type: ignore[arg-type]  # a function does as well
        settings=unhurried(sequences or SEQUENCES, STEPS),
    )
