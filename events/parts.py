"""What each part last said of itself, kept where the query side can tell it to others."""

from datetime import timedelta
from typing import Any, Final

from msgspec import Struct
from psycopg import AsyncConnection

# Every part that has to be well for the whole to be well.
PARTS: Final = ("broker", "confirmations", "inbox", "ocr", "projections", "relay")
SAYS_EVERY: Final = timedelta(seconds=1)
SILENT_AFTER: Final = timedelta(seconds=5)


class Word(Struct, frozen=True):
    """What a part said, and how long ago; `problem` is None where all is well."""

    part: str
    problem: str | None
    age: timedelta


async def say(conn: AsyncConnection[Any], problems: dict[str, str | None]) -> None:
    """Note how the parts are now, by name."""
    await conn.cursor().executemany(
        """
        INSERT INTO log.parts (part, problem)
        VALUES (%(part)s, %(problem)s)
        ON CONFLICT (part)
        DO UPDATE SET problem = EXCLUDED.problem, said_at = clock_timestamp()
        """,
        [{"part": part, "problem": problem} for part, problem in problems.items()],
    )


async def words(conn: AsyncConnection[Any]) -> list[Word]:
    """What every part said last."""
    cursor = await conn.execute("SELECT part, problem, clock_timestamp() - said_at FROM log.parts")
    return [Word(part, problem, age) for part, problem, age in await cursor.fetchall()]
