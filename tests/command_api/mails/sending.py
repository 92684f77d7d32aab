"""Senders that send mails to a mail server, as tests of them use it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from command_api.mails import asking
from command_api.mails.carrying import Carrier
from command_api.mails.kinds import VERIFICATION, Kind
from command_api.mails.sender import Desk, Sender
from command_api.mails.words import Links
from deploy.smtp import SmtpServer
from deploy.smtp_address import smtp_address
from events.cancelling import beside
from tests.events.relays import Clock
from tests.mail_servers import MailServer

Pool = AsyncConnectionPool[Any]

KEY = bytes(range(32))
DESK = Desk(KEY, "tracker@example.com", Links("https://app.example.com", "https://api.example.com"))
LEASE = 1.0
EMAIL = "Amina@Example.net"
ENDED = "SELECT count(*) = %(count)s FROM accounts.mails WHERE state = %(state)s"
PUT_OFF = "SELECT bool_and(tries = %(tries)s AND state = 'waiting') FROM accounts.mails"
CUT_OFF_THE_LEADER = """
    SELECT bool_or(pg_terminate_backend(pid)) FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 1
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND objid::bigint = hashtext('tracker mails')::bigint & x'ffffffff'::bigint
"""


def carrier_to(server: MailServer, answer_seconds: float = 10.0) -> Carrier:
    address = smtp_address(f"smtp://127.0.0.1:{server.port}")
    return SmtpServer(address, "example.com", answer_seconds=answer_seconds)


@asynccontextmanager
async def sending(
    database: str, server: MailServer, clock: Clock, *, at_once: int = 1, answer: float = 10.0
) -> AsyncIterator[None]:
    """Senders, one of which leads; `answer` is how long they wait for one."""
    carriers = [carrier_to(server, answer) for _ in range(at_once)]
    senders = [Sender(database, each, DESK, clock=clock, lease=LEASE) for each in carriers]
    async with beside(*(sender.run() for sender in senders)):
        yield


async def ask(pool: Pool, clock: Clock, player_id: UUID | None, kind: Kind = VERIFICATION) -> None:
    async with pool.connection() as connection:
        await asking.ask(connection, KEY, kind, player_id, clock())


def token_of(server: MailServer, number: int = -1) -> str:
    """The token in a letter that arrived."""
    lines = server.letters[number].get_content().splitlines()
    return str(lines[next(n for n, line in enumerate(lines) if line.endswith("/ :")) + 2])
