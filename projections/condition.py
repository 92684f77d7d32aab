"""How the live build of a projection is: its version, how far behind it is, and what is parked."""

from datetime import timedelta
from typing import Any, Final

from msgspec import Struct
from psycopg import AsyncConnection, sql

from projections.builds import Build, misfit, schema_of
from projections.catalogue import PROJECTIONS
from projections.projection import Projection

NOTHING: Final = timedelta()


class Condition(Struct, frozen=True):
    """The live build of one projection.

    `age` is how long the first event that it lacks has been in the log. `parked` counts matches,
    `dead_letters` their events that wait. `misfit` says why this program cannot use the rows.
    """

    name: str
    version: int
    position: int
    head: int
    age: timedelta
    parked: int
    dead_letters: int
    misfit: str | None

    @property
    def behind(self) -> int:
        return max(self.head - self.position, 0)

    @property
    def complaint(self) -> str | None:
        """What is parked, as a sentence for those who run the system."""
        if not self.parked:
            return None
        matches = "1 match waits" if self.parked == 1 else f"{self.parked} matches wait"
        return (
            f"{matches} in {self.name} for an event that could not be shown; all others are up to"
            " date. The log of the followers says why; `python -m deploy projections retry` tries"
            " again."
        )


def question(projection: Projection) -> sql.Composed:
    """The query whose one row `condition_of` understands."""
    schema = schema_of(projection, Build.LIVE)
    return sql.SQL(
        """
        SELECT build.version,
               coalesce(place.position, 0),
               (SELECT coalesce(max(notification_id), 0) FROM log.events),
               (
                   SELECT clock_timestamp() - recorded_at
                   FROM log.events
                   WHERE notification_id > coalesce(place.position, 0)
                   ORDER BY notification_id
                   LIMIT 1
               ),
               (SELECT count(DISTINCT match_id) FROM {letters}),
               (SELECT count(*) FROM {letters})
        FROM {build} AS build
        LEFT JOIN log.checkpoints AS place ON place.follower = {name}
        """
    ).format(
        build=sql.Identifier(schema, "build"),
        letters=sql.Identifier(schema, "dead_letters"),
        name=sql.Literal(projection.name),
    )


def condition_of(projection: Projection, row: tuple[Any, ...]) -> Condition:
    """What the row of `question` says."""
    version, position, head, age, parked, letters = row
    unfit = misfit(projection, version)
    return Condition(
        projection.name, version, position, head, age or NOTHING, parked, letters, unfit
    )


async def conditions(conn: AsyncConnection[Any]) -> list[Condition]:
    """The condition of every projection."""
    found = []
    for projection in PROJECTIONS.values():
        cursor = await conn.execute(question(projection))
        found.extend([condition_of(projection, row) for row in await cursor.fetchall()])
    return found
