"""Mails as they arrive, where a test is not about the sending."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct
from psycopg_pool import AsyncConnectionPool

from command_api.mails import outbox
from command_api.mails.outbox import Ended
from command_api.mails.tokens import token_of


class Arrived(Struct, frozen=True):
    kind: str
    email: str
    token: str


async def arrived(pool: AsyncConnectionPool[Any], key: bytes, now: datetime) -> list[Arrived]:
    """Send all mails that wait for somebody; those to nobody stay."""
    mails = []
    async with pool.connection() as connection:
        for mail in await outbox.due(connection, now, at_most=100):
            if mail.email and mail.token_hash:
                assert await outbox.begin(connection, mail, now)
                await outbox.end(connection, mail.id, Ended.SENT)
                token = token_of(key, mail.kind.name, mail.id)
                mails.append(Arrived(mail.kind.name, mail.email, token))
    return mails


def token_in(mails: Iterable[Arrived], kind: str) -> str:
    """The token of the one mail of this kind."""
    [mail] = [mail for mail in mails if mail.kind == kind]
    return mail.token
