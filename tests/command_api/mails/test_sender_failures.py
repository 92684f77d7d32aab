"""Mail servers that refuse, put off, hang or hang up, and senders of which one is cut off."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from command_api.mails.kinds import PASSWORD_RESET, VERIFICATION, Kind
from tests.command_api.mails.sending import (
    CUT_OFF_THE_LEADER,
    ENDED,
    LEASE,
    PUT_OFF,
    Pool,
    ask,
    sending,
)
from tests.events.relays import ASK_AGAIN_SECONDS, Clock, until
from tests.mail_servers import Behaviour, MailServer, serving

pytestmark = pytest.mark.anyio

BEING_SENT = "SELECT count(*) = 1 FROM accounts.mails WHERE state = 'sending'"


async def test_a_refused_recipient_is_left_and_the_others_get_theirs(
    database: str, pool: Pool, clock: Clock, amina: UUID
) -> None:
    with serving(MailServer(Behaviour.REFUSES)) as server:
        async with sending(database, server, clock):
            await ask(pool, clock, amina)
            await until(database, ENDED, state="refused", count=1)
            server.behaviour = Behaviour.TAKES
            await ask(pool, clock, amina, PASSWORD_RESET)
            await until(database, ENDED, state="sent", count=1)
    assert len(server.contents) == 1


async def test_a_mail_that_is_put_off_is_tried_after_growing_pauses(
    database: str, pool: Pool, clock: Clock, amina: UUID
) -> None:
    with serving(MailServer(Behaviour.PUTS_OFF)) as server:
        async with sending(database, server, clock):
            await ask(pool, clock, amina)
            pauses = []
            for tries in range(1, 5):
                await until(database, PUT_OFF, tries=tries)
                async with pool.connection() as connection:
                    cursor = await connection.execute("SELECT due_at FROM accounts.mails")
                    [(due_at,)] = await cursor.fetchall()
                pauses.append(due_at - clock())
                clock.now = due_at
            server.behaviour = Behaviour.TAKES
            await until(database, ENDED, state="sent", count=1)
    assert pauses == [timedelta(seconds=2**n) for n in range(1, 5)]
    assert len(server.contents) == 1


@pytest.mark.parametrize("kind", [VERIFICATION, PASSWORD_RESET], ids=["verification", "reset"])
async def test_while_the_server_is_away_mails_wait_and_are_given_up_after_days(
    database: str, pool: Pool, clock: Clock, amina: UUID, kind: Kind
) -> None:
    server = MailServer()
    await ask(pool, clock, amina, kind)
    async with sending(database, server, clock):
        clock.turn(kind.patience)
        await ask(pool, clock, amina, VERIFICATION if kind is PASSWORD_RESET else PASSWORD_RESET)
        await until(database, ENDED, state="waiting", count=2)
        clock.turn(timedelta(seconds=1))
        await until(database, ENDED, state="given_up", count=1)
        with serving(server):
            async with asyncio.timeout(20):  # a try that began before may be put off meanwhile
                while not await is_so(pool, ENDED, state="sent", count=1):
                    clock.turn(timedelta(seconds=2))
                    await asyncio.sleep(0.02)
    assert len(server.contents) == 1


async def test_a_mail_without_an_answer_is_sent_once_more_as_the_same(
    database: str, pool: Pool, clock: Clock, amina: UUID
) -> None:
    with serving(MailServer(Behaviour.HANGS)) as server:
        # The server hangs longer than a silent leader leads: the lead is kept up meanwhile.
        async with sending(database, server, clock, at_once=2, answer=2 * LEASE):
            await ask(pool, clock, amina)
            await until(database, PUT_OFF, tries=1)
            server.behaviour = Behaviour.TAKES
            clock.turn(timedelta(seconds=2))
            await until(database, ENDED, state="sent", count=1)
    assert len(server.contents) == 2
    assert len(set(server.contents)) == 1


async def test_a_mail_is_not_sent_a_third_time_on_a_doubt(
    database: str, pool: Pool, clock: Clock, amina: UUID
) -> None:
    with serving(MailServer(Behaviour.DROPS)) as server:
        async with sending(database, server, clock):
            await ask(pool, clock, amina)
            for tries in (1, 2):
                await until(database, PUT_OFF, tries=tries)
                clock.turn(timedelta(minutes=1))
            await until(database, ENDED, state="doubtful", count=1)
    assert len(server.contents) == 2


async def test_many_senders_double_nothing(
    database: str, pool: Pool, clock: Clock, amina: UUID
) -> None:
    with serving(MailServer()) as server:
        async with sending(database, server, clock, at_once=3):
            for number in range(1, 21):
                await ask(pool, clock, amina, PASSWORD_RESET)
                await until(database, ENDED, state="sent", count=number)
                if number % 5 == 0:
                    await until(database, CUT_OFF_THE_LEADER)
    assert len(server.message_ids) == len(set(server.message_ids)) == 20


async def test_a_leader_that_is_cut_off_stops_and_its_successor_repeats(
    database: str, pool: Pool, clock: Clock, amina: UUID
) -> None:
    with serving(MailServer(Behaviour.HANGS)) as server:
        async with sending(database, server, clock, at_once=2):
            await ask(pool, clock, amina)
            await until(database, BEING_SENT)
            while not server.contents:  # noqa: ASYNC110  # it has no event to wait for
                await asyncio.sleep(ASK_AGAIN_SECONDS)
            server.behaviour = Behaviour.TAKES
            await until(database, CUT_OFF_THE_LEADER)
            await until(database, ENDED, state="sent", count=1)
    assert len(server.contents) == 2
    assert len(set(server.message_ids)) == 1


async def is_so(pool: Pool, question: str, **values: object) -> bool:
    async with pool.connection() as conn:
        cursor = await conn.execute(question.encode(), values)
        return bool(await cursor.fetchone() == (True,))
