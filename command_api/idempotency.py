"""Requests that may be sent again: the same `Idempotency-Key` gets the first answer.

After the IETF draft "The Idempotency-Key HTTP Header Field". The command's id is made of the user
and the key, so that the log itself refuses to take it twice; the answer is kept beside it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg import AsyncConnection

from events.group import OTHER_REQUEST
from events.refusals import Unprocessable
from events.statement_pool import StatementPool
from events.statements import Statement

HEADER: Final = b"idempotency-key"
LONGEST: Final = 255
KEPT: Final = timedelta(days=7)
_FIRST: Final = Statement(
    """
    SELECT fingerprint, status, headers, body
    FROM log.answers
    WHERE command_id = %(command_id)s
    """
)


class Attempt(Struct, frozen=True):
    """A request: `command_id` is the same for each attempt under one key.

    `fingerprint` tells whether it is the same request; None for a request without a key.
    """

    command_id: UUID
    fingerprint: bytes | None = None


class Answer(Struct, frozen=True):
    """An answer as it is sent."""

    status: int
    headers: dict[str, str]
    body: bytes


class Answers:
    """The kept answers, in the table `log.answers`."""

    def __init__(self, pool: StatementPool) -> None:
        self._pool = pool

    async def first(self, attempt: Attempt) -> Answer | None:
        """The answer that was given first; raises `Unprocessable` if to another request."""
        if attempt.fingerprint is None:
            return None
        rows = await self._pool.ask(_FIRST, {"command_id": attempt.command_id})
        if not rows:
            return None
        fingerprint, status, headers, body = rows.row(0)
        if fingerprint != attempt.fingerprint:
            raise Unprocessable(OTHER_REQUEST)
        return Answer(status, msgspec.json.decode(headers, type=dict[str, str]), body)

    async def keep(self, attempt: Attempt, owner_id: UUID, answer: Answer, now: datetime) -> Answer:
        """Keep an answer; gives the one to send, which another attempt may have kept first."""
        if attempt.fingerprint is None:
            return answer
        async with self._pool.connection() as conn:
            await conn.execute(
                """
                INSERT INTO log.answers (
                    command_id, owner_id, fingerprint, status, headers, body, answered_at
                )
                VALUES (
                    %(command_id)s, %(owner_id)s, %(fingerprint)s, %(status)s, %(headers)s,
                    %(body)s, %(answered_at)s
                )
                ON CONFLICT (command_id) DO NOTHING
                """,
                {
                    "command_id": attempt.command_id,
                    "owner_id": owner_id,
                    "fingerprint": attempt.fingerprint,
                    "status": answer.status,
                    "headers": msgspec.json.encode(answer.headers),
                    "body": answer.body,
                    "answered_at": now,
                },
            )
        return await self.first(attempt) or answer


async def sweep(conn: AsyncConnection[Any], now: datetime) -> int:
    """Forget answers older than a week; gives their number."""
    cursor = await conn.execute(
        "DELETE FROM log.answers WHERE answered_at < %(before)s", {"before": now - KEPT}
    )
    return cursor.rowcount


async def forget(conn: AsyncConnection[Any], match_ids: Sequence[UUID]) -> None:
    """Forget what anybody was answered with one of these matches, which may hold names.

    Who sends such a request again is answered with the match as it is by then.
    """
    await conn.execute(
        """
        DELETE FROM log.answers
        WHERE substring(body FROM %(begin)s FOR 36) = ANY(%(match_ids)s)
        """,
        {
            "begin": len('{"id":"') + 1,  # every answer with a match begins so
            "match_ids": [str(match_id).encode() for match_id in match_ids],
        },
    )
