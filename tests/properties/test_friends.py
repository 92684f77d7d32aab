"""Whatever players of shared matches do in whatever order, the system does as the model says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.conftest import NewDatabase
from tests.properties.conftest import unhurried
from tests.properties.friends_at_once import AtOnceMachine
from tests.properties.friends_machine import FriendsMachine
from tests.properties.friends_system import FriendsSystem

SEQUENCES = 3
STEPS = 40


@pytest.fixture
def system(new_database: NewDatabase, tmp_path: Path) -> Iterator[FriendsSystem]:
    with FriendsSystem(new_database(), new_database(), tmp_path) as system:
        yield system


def test_random_deeds_of_players_who_share_matches_do_as_the_model_says(
    system: FriendsSystem, sequences: int | None
) -> None:
    run_state_machine_as_test(
        lambda: FriendsMachine(system),  # type: ignore[arg-type]  # a function does as well
        settings=unhurried(sequences or SEQUENCES, STEPS),
    )


def test_deeds_at_the_same_moment_come_out_as_if_one_by_one(
    system: FriendsSystem, sequences: int | None
) -> None:
    run_state_machine_as_test(
        lambda: AtOnceMachine(system),  # type: ignore[arg-type]  # a function does as well
        settings=unhurried(sequences or SEQUENCES, STEPS),
    )
