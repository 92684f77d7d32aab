"""What random deeds of players found, as the shortest histories, beside the same model."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.conftest import NewDatabase
from tests.examples import NOON
from tests.properties.friends_machine import PLAYERS, FriendsMachine
from tests.properties.friends_system import FriendsSystem

OWNER, FRIEND, _ = PLAYERS
NUMBERS: Final = {"score_user": 2, "score_opponent": 1, "stats": {}}
DETAILS: Final = {"opponent_name": "Koln", "side": None, "played_at": NOON, "own_names": []}


@pytest.fixture
def system(new_database: NewDatabase, tmp_path: Path) -> Iterator[FriendsSystem]:
    with FriendsSystem(new_database(), new_database(), tmp_path) as system:
        yield system


@pytest.fixture
def deeds(system: FriendsSystem) -> Iterator[FriendsMachine]:
    """Two matches of the same score, of which the first was confirmed and the other not joined."""
    deeds = FriendsMachine(system)
    deeds.begin(
        names=("Yassine", None, None),
        details=DETAILS,
        said=NUMBERS,
        others=DETAILS,
        is_read=False,
        reading=None,
        is_confirmed=True,
    )
    yield deeds
    deeds.teardown()


def outcome(deeds: FriendsMachine, action: Any) -> object:
    return deeds.act(action)[1]


def test_who_shares_a_match_already_cannot_join_another_with_it(deeds: FriendsMachine) -> None:
    first, second = deeds.model.matches
    deeds.act(deeds.acting.correct(first, OWNER, {"score_opponent": 0}, None))
    deeds.act(deeds.acting.correct(second, FRIEND, {"score_user": 0}, None))
    confirming = deeds.acting.confirm(first, FRIEND, None, {"match_id": second}, None)
    assert outcome(deeds, confirming) == "Invalid"


def test_a_friend_who_restores_names_the_version_like_an_owner(deeds: FriendsMachine) -> None:
    match_id = next(iter(deeds.model.matches))
    deeds.act(deeds.acting.remove(match_id, FRIEND, None))
    assert outcome(deeds, deeds.acting.restore(match_id, FRIEND, 1)) == "VersionMismatch"
