"""What the sender sends, and to whom: between a real database and a real mail server."""

import logging
from contextlib import suppress
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from command_api.accounts import players
from command_api.mails import asking
from command_api.mails.kinds import PASSWORD_RESET, VERIFICATION, Kind
from tests.command_api.mails.sending import (
    CUT_OFF_THE_LEADER,
    EMAIL,
    ENDED,
    KEY,
    LEASE,
    Pool,
    ask,
    sending,
    token_of,
)
from tests.events.relays import Clock, until
from tests.mail_servers import Behaviour, MailServer, serving

pytestmark = pytest.mark.anyio


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
