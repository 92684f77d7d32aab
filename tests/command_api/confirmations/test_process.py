"""Deadlines and reminders: exact, whoever crashes, and without a timer in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from command_api.confirmations import deadlines
from command_api.confirmations.process import ConfirmationProcess
from command_api.matches.executing import Executor
from events.leading import connected
from events.log import MatchLog
from events.match import Match
from events.matches import ConfirmationReminded, MatchEvent
from events.pipelined import PipelinedConnection
from events.sharing import Ending, Verification
from tests.command_api.confirmations.given import CODE
from tests.examples import ASKED, BETWEEN_PLAYERS, EXAMPLES, FRIEND_ID, MATCH_ID, OWNER_ID, UPLOADED
from tests.examples import cause as example_cause

pytestmark = pytest.mark.anyio
NOW = datetime.now(UTC)
REMINDER = NOW + timedelta(days=3)
END = NOW + timedelta(days=14)


def asked(*more: MatchEvent) -> list[MatchEvent]:
    """A match that its owner asks about now."""
    confirmed = replace(EXAMPLES["match.stats_confirmed.v1"], version=2)
    request = replace(
        ASKED, version=3, cause=example_cause(10, at=NOW), code_hash=CODE, expires_at=END
    )
    return [UPLOADED, confirmed, request, *more]


class World:
    """The log with the process beside it, whose clock the test turns."""

    def __init__(self, database: str, log: MatchLog, conn: PipelinedConnection) -> None:
        self.log = log
        self.conn = conn
        self.now = NOW
        self.process = ConfirmationProcess(database, Executor(log), clock=lambda: self.now)

    def append(self, *events: MatchEvent) -> None:
        for event in events:
            self.log.append(event)

    async def at(self, now: datetime) -> Match:
        """The match after the process had time at `now`."""
        self.now = now
        await self.process.begin(self.conn)
        while await self.process.step(self.conn):
            pass
        match = self.log.load(MATCH_ID)
        assert match is not None
        return match

    async def mails(self) -> list[Any]:
        cursor = await self.conn.execute("SELECT player_id, kind FROM accounts.mails")
        return await cursor.fetchall()

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.log.events(MATCH_ID)][3:]


@asynccontextmanager
async def world_in(database: str, log: MatchLog) -> AsyncIterator[World]:
    async with connected(database) as conn:
        await conn.execute(
            """
            INSERT INTO accounts.players
                (id, email, email_folded, password_hash, password_changed_at, created_at)
            VALUES (%s, 'a@b.c', 'a@b.c', 'x', now(), now())
            """,
            [OWNER_ID],
        )
        yield World(database, log, conn)


@pytest.fixture
async def world(database: str, match_log: MatchLog) -> AsyncIterator[World]:
    async with world_in(database, match_log) as world:
        yield world


async def test_nothing_happens_before_its_time(world: World) -> None:
    world.append(*asked())
    await world.at(REMINDER - timedelta(seconds=1))
    assert world.kinds() == []
    assert await world.mails() == []


async def test_after_three_days_there_is_one_reminder_and_never_another(world: World) -> None:
    world.append(*asked())
    for days in (3, 4, 10):
        match = await world.at(NOW + timedelta(days=days))
    assert world.kinds() == ["ConfirmationReminded"]
    assert await world.mails() == [(OWNER_ID, "confirmation_reminder")]
    assert match.verification is Verification.REQUESTED


async def test_after_two_weeks_it_ends(world: World) -> None:
    world.append(*asked())
    match = await world.at(END)
    assert world.kinds() == ["ConfirmationExpired"]
    assert match.verification is Verification.NONE
    assert match.sharing is not None
    assert match.sharing.request is not None
    assert match.sharing.request.ending is Ending.EXPIRED
    assert await world.mails() == []


async def test_what_was_answered_is_left_alone(world: World) -> None:
    verified = replace(BETWEEN_PLAYERS["match.verified.v1"], version=4)
    world.append(*asked(verified))
    await world.at(REMINDER)
    match = await world.at(END)
    assert world.kinds() == ["MatchVerified"]
    assert match.verification is Verification.VERIFIED


async def test_who_dies_after_the_event_reminds_nobody_twice(world: World) -> None:
    world.append(*asked())
    await world.at(NOW)
    world.now = REMINDER
    [due] = await deadlines.due(world.conn, REMINDER, 10)
    # The command was given, and whoever gave it died before its event was followed.
    await world.process._act(world.conn, due)
    await world.process._act(world.conn, due)
    await world.at(REMINDER)
    assert world.kinds() == ["ConfirmationReminded"]
    assert len(await world.mails()) == 1


async def test_all_of_it_is_made_anew_from_the_log(world: World) -> None:
    world.append(*asked())
    await world.at(REMINDER)
    await world.conn.execute("TRUNCATE log.confirmation_deadlines")
    await world.conn.execute("DELETE FROM log.checkpoints")
    match = await world.at(END)
    assert world.kinds() == ["ConfirmationReminded", "ConfirmationExpired"]
    assert match.verification is Verification.NONE
    assert len(await world.mails()) == 1


async def test_an_old_log_reminds_nobody_of_what_is_long_past(world: World) -> None:
    world.append(*asked())
    await world.at(REMINDER)
    await world.conn.execute("DELETE FROM accounts.mails")
    await world.conn.execute("DELETE FROM log.checkpoints")
    # The event says when it happened by the clock of whoever recorded it.
    await world.at(datetime.now(UTC) + timedelta(days=8))
    assert await world.mails() == []


async def test_a_deleted_match_reminds_nobody_and_ends_in_time(world: World) -> None:
    deleted = replace(EXAMPLES["match.deleted.v1"], version=4)
    world.append(*asked(deleted))
    await world.at(REMINDER)
    assert world.kinds() == ["MatchDeleted"]
    await world.at(END)
    assert world.kinds() == ["MatchDeleted", "ConfirmationExpired"]


async def test_the_player_who_is_asked_is_reminded_where_both_know_each_other(
    world: World,
) -> None:
    verified = replace(BETWEEN_PLAYERS["match.verified.v1"], version=4)
    corrected = replace(EXAMPLES["match.stats_corrected.v1"], version=5, owner_id=FRIEND_ID)
    anew = replace(
        ASKED,
        version=6,
        cause=example_cause(12, at=NOW),
        player_id=FRIEND_ID,
        code_hash=None,
        expires_at=END,
    )
    world.append(*asked(verified, corrected, anew))
    await world.at(REMINDER)
    reminded = world.log.events(MATCH_ID)[-1]
    assert isinstance(reminded, ConfirmationReminded)
    assert reminded.player_id == OWNER_ID


async def test_who_took_the_match_out_of_their_list_is_not_reminded(world: World) -> None:
    verified = replace(BETWEEN_PLAYERS["match.verified.v1"], version=4)
    removed = replace(BETWEEN_PLAYERS["match.removed_by_friend.v1"], version=5)
    anew = replace(
        ASKED,
        version=6,
        cause=example_cause(12, at=NOW),
        player_id=OWNER_ID,
        code_hash=None,
        expires_at=END,
    )
    world.append(*asked(verified, removed, anew))
    await world.at(REMINDER)
    assert world.log.events(MATCH_ID)[-1] == anew
    await world.at(END)
    assert world.kinds()[-1] == "ConfirmationExpired"
