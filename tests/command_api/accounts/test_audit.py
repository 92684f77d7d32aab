"""What players see of the audit, and that nobody writes into it but the system."""

import asyncio
from uuid import UUID

import psycopg
import pytest

from command_api.accounts.answers import Player, SecurityEvent
from command_api.accounts.audit import NEWEST, Happening, Place, record
from command_api.accounts.commands import Login, Refresh, Register
from command_api.accounts.own_account import own_security_events, own_sessions
from command_api.accounts.use_cases import Accounts, login, refresh, register
from events.identity import Principal
from events.refusals import Conflict, Unauthenticated
from tests.command_api.accounts.conftest import CALL, EMAIL, NOW, PASSWORD, at, audited

pytestmark = pytest.mark.anyio

FORGERY = "x\n2026-03-01 12:00:00,000 INFO command_api.accounts.audit: password_changed player="


async def kinds(accounts: Accounts, principal: Principal) -> list[str]:
    page = await own_security_events(accounts, principal, NEWEST, 500)
    return [event.kind for event in page.items]


async def test_own_events_are_listed_the_newest_first(accounts: Accounts, amina: Player) -> None:
    with pytest.raises(Unauthenticated):
        await login(accounts, Login(EMAIL, "guess"), CALL)
    pair = await login(accounts, Login(EMAIL, PASSWORD), CALL)
    await refresh(accounts, Refresh(pair.refresh), CALL)
    (session,) = await own_sessions(accounts, Principal(amina.id, amina.id), CALL)
    page = await own_security_events(accounts, Principal(amina.id, session.id), NEWEST, 500)
    assert page.following is None
    assert [(e.kind, e.session_id, e.is_current_session) for e in page.items] == [
        ("refreshed", session.id, True),
        ("login_succeeded", session.id, True),
        ("login_failed", None, False),
        ("registered", None, False),
    ]
    assert {(e.happened_at, e.request_id) for e in page.items} == {(NOW, CALL.request_id)}


async def test_the_events_of_another_are_not_listed(accounts: Accounts, amina: Player) -> None:
    stranger = await register(accounts, Register("stranger@example.com", PASSWORD), CALL)
    await login(accounts, Login("stranger@example.com", PASSWORD), CALL)
    assert await kinds(accounts, Principal(amina.id, amina.id)) == ["registered"]
    both = ["login_succeeded", "registered"]
    assert await kinds(accounts, Principal(stranger.id, stranger.id)) == both


async def test_pages_hold_every_event_once(accounts: Accounts, amina: Player) -> None:
    principal = Principal(amina.id, amina.id)
    for minute in range(6):
        await login(accounts, Login(EMAIL, PASSWORD), at(NOW, f"192.0.2.{minute}"))
    whole = await own_security_events(accounts, principal, NEWEST, 7)
    assert (len(whole.items), whole.following) == (7, None)
    place: Place | None = NEWEST
    listed: list[SecurityEvent] = []
    while place:
        page = await own_security_events(accounts, principal, place, 3)
        assert len(page.items) <= 3
        listed += page.items
        place = page.following
    assert listed == whole.items


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE accounts.security_events SET kind = 'denied'",
        "DELETE FROM accounts.security_events",
        "TRUNCATE accounts.security_events",
        "DELETE FROM accounts.security_events WHERE false",
    ],
)
async def test_the_audit_is_only_added_to(accounts: Accounts, amina: Player, change: str) -> None:
    with pytest.raises(psycopg.errors.RaiseException, match="only added"):
        async with accounts.pool.connection() as connection:
            await connection.execute(change)
    assert await audited(accounts) == ["registered"]


async def test_input_forges_no_line(
    accounts: Accounts, amina: Player, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        for email, password in ((FORGERY, PASSWORD), (EMAIL, FORGERY), ("\0", FORGERY)):
            with pytest.raises(Unauthenticated):
                await login(accounts, Login(email, password), at(NOW, FORGERY))
        with pytest.raises(Unauthenticated):
            await refresh(accounts, Refresh(FORGERY), at(NOW, FORGERY))
        with pytest.raises(Conflict):
            await register(accounts, Register(EMAIL, FORGERY), at(NOW, FORGERY))
    expected = ["registered", *["login_failed"] * 3, "registration_refused"]
    assert await audited(accounts) == expected
    lines = [record.getMessage() for record in caplog.records]
    assert [line.split()[0] for line in lines] == expected[1:]
    assert not any("\n" in line or "password_changed" in line for line in lines)


async def test_a_line_has_no_room_for_text_from_outside(accounts: Accounts) -> None:
    async with accounts.pool.connection() as connection:
        cursor = await connection.execute(
            """
            SELECT column_name FROM information_schema.columns
            WHERE table_schema = 'accounts' AND table_name = 'security_events'
                AND data_type NOT IN ('bigint', 'uuid', 'timestamp with time zone')
            """
        )
        assert await cursor.fetchall() == [("kind",)]
    with pytest.raises(psycopg.errors.CheckViolation):
        async with accounts.pool.connection() as connection:
            await connection.execute(
                """
                INSERT INTO accounts.security_events (happened_at, kind, request_id)
                VALUES (now(), 'whatever is sent', gen_random_uuid())
                """
            )


async def test_every_happening_that_the_program_knows_can_be_stored(accounts: Accounts) -> None:
    async with accounts.pool.connection() as connection:
        for kind in Happening:
            await record(connection, kind, CALL)
    assert await audited(accounts) == list(Happening)


async def test_lines_of_parallel_calls_name_their_own_request(
    accounts: Accounts, amina: Player
) -> None:
    async def guess(number: int) -> None:
        call = at(NOW, f"192.0.2.{number}")
        call = type(call)(call.client, UUID(int=100 + number), call.now)
        with pytest.raises(Unauthenticated):
            await login(accounts, Login(EMAIL, "guess"), call)

    await asyncio.gather(*(guess(number) for number in range(8)))
    page = await own_security_events(accounts, Principal(amina.id, amina.id), NEWEST, 8)
    assert {event.request_id.int for event in page.items} == {100 + n for n in range(8)}
