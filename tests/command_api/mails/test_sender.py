"""The sender between a real database and real mail servers that behave as servers do."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from command_api.accounts import players
from command_api.mails import asking, outbox
from command_api.mails.carrying import Carrier
from command_api.mails.kinds import PASSWORD_RESET, VERIFICATION, Kind
from command_api.mails.sender import Desk, Sender
from command_api.mails.words import Links
from deploy.smtp import SmtpServer
from deploy.smtp_address import smtp_address
from tests.events.relays import ASK_AGAIN_SECONDS, Clock, until
from tests.mail_servers import Behaviour, MailServer, serving

pytestmark = pytest.mark.anyio

Pool = AsyncConnectionPool[Any]

KEY = bytes(range(32))
DESK = Desk(KEY, "tracker@example.com", Links("https://app.example.com", "https://api.example.com"))
LEASE = 1.0
EMAIL = "Amina@Example.net"
ENDED = "SELECT count(*) = %(count)s FROM accounts.mails WHERE state = %(state)s"
PUT_OFF = "SELECT bool_and(tries = %(tries)s AND state = 'waiting') FROM accounts.mails"
BEING_SENT = "SELECT count(*) = 1 FROM accounts.mails WHERE state = 'sending'"
CUT_OFF_THE_LEADER = """
    SELECT bool_or(pg_terminate_backend(pid)) FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 1
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND objid::bigint = hashtext('tracker mails')::bigint & x'ffffffff'::bigint
"""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def amina(pool: Pool, clock: Clock) -> UUID:
    player_id = uuid4()
    async with pool.connection() as connection:
        assert await players.add(connection, player_id, EMAIL, "no hash", clock())
    return player_id


def carrier_to(server: MailServer, answer_seconds: float = 10.0) -> Carrier:
    address = smtp_address(f"smtp://127.0.0.1:{server.port}")
    return SmtpServer(address, "example.com", answer_seconds=answer_seconds)


@asynccontextmanager
async def sending(
    database: str, server: MailServer, clock: Clock, *, at_once: int = 1, answer: float = 10.0
) -> AsyncIterator[None]:
    """Senders, one of which leads; `answer` is how long they wait for one."""
    async with AsyncExitStack() as stack:
        for _ in range(at_once):
            carrier = carrier_to(server, answer)
            sender = Sender(database, carrier, DESK, clock=clock, lease=LEASE)
            task = asyncio.create_task(sender.run())
            stack.push_async_callback(ended, task)
        yield


async def ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def ask(pool: Pool, clock: Clock, player_id: UUID | None, kind: Kind = VERIFICATION) -> None:
    async with pool.connection() as connection:
        await asking.ask(connection, KEY, kind, player_id, clock())


def token_of(server: MailServer, number: int = -1) -> str:
    """The token in a letter that arrived."""
    lines = server.letters[number].get_content().splitlines()
    return str(lines[next(n for n, line in enumerate(lines) if line.endswith("/ :")) + 2])


async def test_a_mail_leaves_when_it_is_asked_for(
    database: str, pool: Pool, clock: Clock, amina: UUID
) -> None:
    with serving(MailServer()) as server:
        async with sending(database, server, clock):
            await until(database, CUT_OFF_THE_LEADER.replace("pg_terminate_backend(pid)", "TRUE"))
            await ask(pool, clock, amina)
            await until(database, ENDED, state="sent", count=1)
    [letter] = server.letters
    assert letter["To"] == EMAIL
    async with pool.connection() as connection:
        for ahead, holder in ((47, amina), (48, None)):
            then = clock() + timedelta(hours=ahead)
            token = token_of(server)
            assert await asking.holder(connection, VERIFICATION, token, then) == holder


async def test_what_was_asked_for_while_nobody_sent_leaves_at_the_start(
    database: str, pool: Pool, clock: Clock, amina: UUID
) -> None:
    await ask(pool, clock, amina)
    with serving(MailServer()) as server:
        async with sending(database, server, clock):
            await until(database, ENDED, state="sent", count=1)
    assert len(server.contents) == 1


async def test_a_mail_asked_for_in_a_transaction_that_fails_never_leaves(
    database: str, pool: Pool, clock: Clock, amina: UUID
) -> None:
    with serving(MailServer()) as server:
        async with sending(database, server, clock):
            with suppress(ZeroDivisionError):
                async with pool.connection() as connection:
                    await asking.ask(connection, KEY, PASSWORD_RESET, amina, clock())
                    raise ZeroDivisionError
            await ask(pool, clock, amina)
            await until(database, ENDED, state="sent", count=1)
    assert [letter["Subject"] for letter in server.letters] == ["Confirm your e-mail address"]


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


async def is_so(pool: Pool, question: str, **values: object) -> bool:
    async with pool.connection() as conn:
        cursor = await conn.execute(question.encode(), values)
        return bool(await cursor.fetchone() == (True,))


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


async def test_who_was_erased_and_who_never_was_get_no_mail(
    database: str, pool: Pool, clock: Clock, amina: UUID
) -> None:
    await ask(pool, clock, None)
    await ask(pool, clock, amina)
    async with pool.connection() as connection:
        await connection.execute("DELETE FROM accounts.players")
    other = uuid4()
    async with pool.connection() as connection:
        await players.add(connection, other, "zizou@example.net", "no hash", clock())
    with serving(MailServer()) as server:
        async with sending(database, server, clock):
            await ask(pool, clock, other)
            await until(database, ENDED, state="sent", count=1)
    await until(database, ENDED, state="dropped", count=1)
    assert [letter["To"] for letter in server.letters] == ["zizou@example.net"]


async def test_a_replaced_mail_does_not_leave(
    database: str, pool: Pool, clock: Clock, amina: UUID
) -> None:
    await ask(pool, clock, amina)
    await ask(pool, clock, amina)
    with serving(MailServer()) as server:
        async with sending(database, server, clock):
            await until(database, ENDED, state="dropped", count=1)
            await until(database, ENDED, state="sent", count=1)
    assert len(server.contents) == 1


async def test_a_kind_of_a_later_version_is_left_to_it(
    database: str, pool: Pool, clock: Clock, amina: UUID
) -> None:
    await ask(pool, clock, amina, Kind("later", VERIFICATION.write))
    with serving(MailServer()) as server:
        async with sending(database, server, clock):
            await ask(pool, clock, amina)
            await until(database, ENDED, state="sent", count=1)
    await until(database, ENDED, state="waiting", count=1)


async def test_without_the_right_key_mails_wait(
    database: str, pool: Pool, clock: Clock, amina: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    async with pool.connection() as connection:
        await asking.ask(connection, bytes(32), VERIFICATION, amina, clock())
    with serving(MailServer()) as server:
        async with sending(database, server, clock):
            await ask(pool, clock, amina, PASSWORD_RESET)
            await until(database, ENDED, state="sent", count=1)
    assert len(server.contents) == 1
    assert "the key of mails is another one" in caplog.text


async def test_the_log_names_neither_address_nor_token(
    database: str, pool: Pool, clock: Clock, amina: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("command_api", "deploy"):
        caplog.set_level(logging.DEBUG, name)
    with serving(MailServer()) as server:
        async with sending(database, server, clock, answer=LEASE / 2):
            for number, behaviour in enumerate(Behaviour, 1):
                server.behaviour = behaviour
                await ask(pool, clock, amina, PASSWORD_RESET)
                await until(database, "SELECT sum(tries) >= %(n)s FROM accounts.mails", n=number)
                await until(database, "SELECT bool_and(state <> 'sending') FROM accounts.mails")
                clock.turn(timedelta(minutes=16))
    said = [record.getMessage() for record in caplog.records if "mail" in record.getMessage()]
    assert len(said) > len(Behaviour)
    tokens = [token_of(server, number) for number in range(len(server.contents))]
    assert tokens
    for secret in (*tokens, "amina", "Amina", "example.net"):
        assert secret not in "\n".join(said)


async def test_old_mails_are_swept_when_they_ended(
    database: str, pool: Pool, clock: Clock, amina: UUID
) -> None:
    await ask(pool, clock, amina)
    await ask(pool, clock, amina)
    later = clock() + outbox.KEPT + timedelta(seconds=1)
    async with pool.connection() as connection:
        first, _ = await outbox.due(connection, clock(), 2)
        await outbox.end(connection, first.id, outbox.Ended.SENT)
        assert await outbox.sweep(connection, clock() + outbox.KEPT) == 0
        assert await outbox.sweep(connection, later) == 1
    await until(database, ENDED, state="waiting", count=1)


async def test_a_mail_has_one_live_token_of_its_kind(pool: Pool, clock: Clock, amina: UUID) -> None:
    await ask(pool, clock, amina)
    with pytest.raises(psycopg.errors.UniqueViolation):
        async with pool.connection() as connection:
            await connection.execute(
                """
                INSERT INTO accounts.mails (id, player_id, kind, asked_at, token_hash, due_at)
                SELECT gen_random_uuid(), player_id, kind, asked_at, sha256('other'), due_at
                FROM accounts.mails
                """
            )
