"""What must hold of matches that two players share, as sentences about what does not."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import psycopg
from msgspec import Struct

from events.match import fold
from events.matches import (
    ConfirmationRequested,
    ConfirmationWithdrawn,
    FriendErased,
    MatchDeleted,
    MatchErased,
    MatchEvent,
    MatchRestored,
    MatchVerified,
    RemovedByFriend,
    RestoredByFriend,
    ScreenshotUploaded,
)
from tests.faults.load import BusyPlayer


class Encounter(Struct, frozen=True):
    """A match that both players said is right, as one of them counts it."""

    match_id: UUID
    player_id: UUID
    other_id: UUID
    scored: int
    conceded: int

    @property
    def points(self) -> int:
        """Three for a win and one for a draw; nobody here has shoot-outs."""
        return (self.scored >= self.conceded) + 2 * (self.scored > self.conceded)


def met_as_told(
    conn: psycopg.Connection[Any], histories: dict[UUID, Sequence[MatchEvent]]
) -> Iterator[str]:
    """What counts between players is what both of them said last."""
    cursor = conn.execute(
        """
        SELECT match_id, player_id, other_id, goals_for, goals_against
        FROM read_models.encounters
        """
    )
    found = Counter(Encounter(*row) for row in cursor)
    expected = Counter(each for events in histories.values() for each in _encounters_of(events))
    if found != expected:
        missing, extra = expected - found, found - expected
        yield f"Encounters differ: {len(missing)} are missing, {len(extra)} too many."


def ranked_as_told(
    histories: dict[UUID, Sequence[MatchEvent]], players: Sequence[BusyPlayer]
) -> Iterator[str]:
    """Each player's table is what both players of each match in it said last."""
    met = [each for events in histories.values() for each in _encounters_of(events)]
    for player in players:
        me = UUID(player.player.id)
        circle = {me} | {each.other_id for each in met if each.player_id == me}
        expected: dict[str, tuple[int, int, int, int]] = {str(one): (0, 0, 0, 0) for one in circle}
        for each in met:
            if each.player_id in circle and each.other_id in circle:
                row = expected[str(each.player_id)]
                expected[str(each.player_id)] = (
                    row[0] + 1,
                    row[1] + each.scored,
                    row[2] + each.conceded,
                    row[3] + each.points,
                )
        shown = {
            row["id"]: (row["played"], row["goals_scored"], row["goals_conceded"], row["points"])
            for row in player.player.get("/api/friends/leaderboard/")
        }
        if shown != expected:
            yield f"The table of {me} is {shown}, the log adds up to {expected}."


def players_of(events: Sequence[MatchEvent]) -> list[UUID]:
    """The owner, and whoever else said first that the numbers are right; none who is erased."""
    owner_id = events[0].owner_id if isinstance(events[0], ScreenshotUploaded) else None
    players = [owner_id]
    gone: set[UUID | None] = set()
    for event in events:
        match event:
            case MatchVerified() if len(players) == 1 and event.player_id != owner_id:
                players.append(event.player_id)
            case MatchErased():
                gone.add(owner_id)
            case FriendErased():
                gone.add(event.player_id)
    return [player_id for player_id in players if player_id and player_id not in gone]


def _encounters_of(events: Sequence[MatchEvent]) -> list[Encounter]:
    """What the two players of a match count against each other, by its events alone."""
    is_verified = False
    removed: set[str] = set()
    for event in events:
        match event:
            case MatchVerified():
                is_verified = True
            case ConfirmationRequested() | ConfirmationWithdrawn():
                is_verified = False
            case MatchDeleted() | RemovedByFriend():
                removed.add(type(event).__name__)
            case MatchRestored():
                removed.discard(MatchDeleted.__name__)
            case RestoredByFriend():
                removed.discard(RemovedByFriend.__name__)
    players = players_of(events)
    if not is_verified or len(players) != 2 or len(removed) == 2:
        return []
    owner_id, friend_id = players
    confirmed = fold(events).confirmed
    assert confirmed
    scored, conceded = confirmed.score.user or 0, confirmed.score.opponent or 0
    match_id = events[0].match_id
    return [
        Encounter(match_id, owner_id, friend_id, scored, conceded),
        Encounter(match_id, friend_id, owner_id, conceded, scored),
    ]
