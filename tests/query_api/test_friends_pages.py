"""Friends and the table in pages: together they are the whole list, the level ones too."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from query_api.filters import Span
from query_api.friends_list import FriendPlace, FriendView, friends_of
from query_api.leaderboard import Standing, TablePlace, leaderboard_of
from tests.examples import NOON, OWNER_ID

pytestmark = pytest.mark.anyio

FRIENDS = [UUID(int=number) for number in range(1, 8)]
NAMES = [None, "Nadir", None, "Yassine", "Nadir", None, "Omar"]


@pytest.fixture
def database_of_friends(database: str) -> str:
    """A player who drew with seven friends, all level; with every second one at the same time."""
    with psycopg.connect(database, autocommit=True) as conn:
        for number, (friend_id, name) in enumerate(zip(FRIENDS, NAMES, strict=True)):
            values = {
                "player": OWNER_ID,
                "friend": friend_id,
                "name": name,
                "address": f"{number}@example.com",
                "match": UUID(int=100 + number),
                "at": NOON + timedelta(hours=number // 2),
            }
            conn.execute(
                """
                INSERT INTO accounts.players (id, email, email_folded, password_hash,
                                              password_changed_at, created_at, display_name)
                VALUES (%(friend)s, %(address)s, %(address)s, 'x', %(at)s, %(at)s, %(name)s)
                """,
                values,
            )
            conn.execute(
                """
                INSERT INTO read_models.encounters
                VALUES (%(match)s, %(player)s, %(friend)s, %(at)s, 'draw', 1, 1),
                       (%(match)s, %(friend)s, %(player)s, %(at)s, 'draw', 1, 1)
                """,
                values,
            )
    return database


@pytest.mark.parametrize("limit", [1, 2, 7, 8])
async def test_friends_come_once_each(database_of_friends: str, limit: int) -> None:
    friends: list[FriendView] = []
    place: FriendPlace | None = None
    async with await psycopg.AsyncConnection.connect(database_of_friends) as conn:
        while page := await friends_of(conn, OWNER_ID, place, limit):
            assert len(page.items) <= limit
            friends += page.items
            place = page.following
            if place is None:
                break
    assert [friend.id for friend in friends] == [FRIENDS[n] for n in (6, 4, 5, 2, 3, 0, 1)]
    assert {(friend.played, friend.drawn, *friend.form) for friend in friends} == {(1, 1, "draw")}


@pytest.mark.parametrize("limit", [1, 2, 7, 8])
async def test_level_players_of_a_table_come_once_each_by_their_names(
    database_of_friends: str, limit: int
) -> None:
    standings: list[Standing] = []
    place: TablePlace | None = None
    async with await psycopg.AsyncConnection.connect(database_of_friends) as conn:
        while page := await leaderboard_of(conn, OWNER_ID, Span(), place, limit):
            assert len(page.items) <= limit
            standings += page.items
            place = page.following
            if place is None:
                break
    assert names(standings) == [None, "Nadir", "Nadir", "Omar", "Yassine", None, None, None]
    assert [standing.rank for standing in standings] == [1] + [2] * 7
    assert len({standing.id for standing in standings}) == 8


def names(standings: Sequence[Standing]) -> list[str | None]:
    return [standing.display_name for standing in standings]
