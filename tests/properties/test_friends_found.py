"""What random deeds of players found, as the shortest histories, beside the same model."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from command_api.matches.executing import Done
from tests.conftest import NewDatabase
from tests.examples import NOON
from tests.properties.friends_deeds import outcome_of
from tests.properties.friends_machine import PLAYERS, FriendsMachine
from tests.properties.friends_system import FriendsSystem

OWNER, FRIEND, OTHER = PLAYERS
NUMBERS: Final[dict[str, Any]] = {"score_user": 2, "score_opponent": 1, "stats": {}}
DETAILS: Final[dict[str, Any]] = {
    "opponent_name": "Koln",
    "side": None,
    "played_at": NOON,
    "own_names": [],
}


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


def test_a_reading_that_comes_late_brings_no_name_of_an_erased_friend_back(
    deeds: FriendsMachine,
) -> None:
    match_id = next(iter(deeds.model.matches))
    deeds.erase_player(FRIEND)
    deeds.act(deeds.acting.hear(match_id, 1, reading(), None))


def test_who_changes_verified_numbers_is_told_though_an_erased_player_had_asked(
    deeds: FriendsMachine,
) -> None:
    """The friend, who meets a third player elsewhere, is known there for it."""
    first, second = deeds.model.matches
    code = deeds.ask_for(second, FRIEND, None)
    deeds.act(deeds.acting.confirm(second, OTHER, code, {}, None))
    deeds.erase_player(OWNER)
    deeds.act(deeds.acting.correct(first, FRIEND, {"score_user": 9}, None))


def test_the_side_that_names_told_stays_when_the_owner_is_erased(system: FriendsSystem) -> None:
    deeds = FriendsMachine(system)
    deeds.begin(
        names=("Yassine", None, None),
        details=DETAILS,
        said=NUMBERS,
        others=DETAILS,
        is_read=False,
        reading=None,
        is_confirmed=False,
    )
    match_id = deeds.upload_by(OWNER, DETAILS, None)
    deeds.act(deeds.acting.hear(match_id, 1, reading(left="Koln"), None))
    deeds.act(deeds.acting.correct(match_id, OWNER, {"score_user": 7}, None))
    code = deeds.ask_for(match_id, OWNER, None)
    deeds.act(deeds.acting.confirm(match_id, FRIEND, code, {}, None))
    deeds.erase_player(OWNER)
    deeds.teardown()


def test_a_name_given_after_the_friend_was_erased_is_in_the_history(deeds: FriendsMachine) -> None:
    match_id = next(iter(deeds.model.matches))
    deeds.erase_player(FRIEND)
    deeds.act(deeds.acting.correct(match_id, OWNER, {"opponent_name": "Dortmund"}, None))


def test_a_later_answer_corrects_the_name(deeds: FriendsMachine) -> None:
    match_id = next(iter(deeds.model.matches))
    for player, other in ((OWNER, FRIEND), (FRIEND, OWNER)):
        deeds.act(deeds.acting.correct(match_id, player, {"score_user": 9}, None))
        named = {"opponent_name": "Dortmund"}
        deeds.act(deeds.acting.confirm(match_id, other, None, named, None))
    told = deeds.model.matches[match_id]["history"]
    assert told[-2:] == ["stats_corrected", "verified"]


def test_an_answer_sent_again_is_the_same_although_the_match_was_removed_since(
    deeds: FriendsMachine,
) -> None:
    match_id = next(iter(deeds.model.matches))
    deeds.act(deeds.acting.correct(match_id, OWNER, {"score_user": 9}, None))
    confirming = deeds.acting.confirm(match_id, FRIEND, None, {}, None)
    cause, first = deeds.act(confirming)
    deeds.act(deeds.acting.remove(match_id, FRIEND, None))
    process = deeds.system.processes[0]
    again = deeds.system.run(outcome_of(confirming.do(process, cause, cause.command_id.bytes)))
    assert isinstance(first, Done)
    assert isinstance(again, Done)
    assert again.position == first.position


def test_nothing_is_left_of_an_erased_friend_who_had_asked(deeds: FriendsMachine) -> None:
    match_id = next(iter(deeds.model.matches))
    deeds.act(deeds.acting.correct(match_id, FRIEND, {"score_user": 9}, None))
    deeds.erase_player(FRIEND)


def reading(left: str | None = "Dortmund") -> dict[str, Any]:
    return {"left": left, "right": None, "score": (1, 2), "penalties": None, "stats": {}}
