"""Players with long histories, in the data folder of a system that does not run."""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg
from msgspec import Struct
from msgspec.structs import replace

from command_api.confirmations.deadlines import FOLLOWER as DEADLINES
from deploy.postgres import Postgres
from deploy.sealing_key import open_owner_keys
from deploy.settings import read_settings
from events.matches import MatchEvent, StatsConfirmed, StatsExtracted
from events.pending import FOLLOWER as RELAY
from events.stats import STATISTICS, Pair
from projections.builds import Build
from projections.catalogue import MATCHES, with_keys
from projections.rebuild import rebuild
from projections.swap import drop, swap
from tests.bench.rebuild import fill, full_reading
from tests.examples import EXAMPLES, NOON, UPLOADED, cause


class History(Struct, frozen=True):
    """How many matches a player has that are confirmed, and how many that were only read."""

    confirmed: int
    extracted: int = 0


def match_id(player: int, number: int) -> UUID:
    """The id of a match: of which player in the order of the histories, and which of theirs."""
    return UUID(int=(player + 1) << 64 | number)


def events_of(owner_id: UUID, player: int, history: History) -> Iterator[MatchEvent]:
    """The events of a player's matches, the oldest match first, the confirmed ones first."""
    extracted, confirmed = (
        EXAMPLES["match.stats_extracted.v1"],
        EXAMPLES["match.stats_confirmed.v1"],
    )
    assert isinstance(extracted, StatsExtracted)
    assert isinstance(confirmed, StatsConfirmed)
    stats = {key: Pair(50, 50) for key in STATISTICS}
    reading = full_reading()
    for number in range(history.confirmed + history.extracted):
        at = NOON + timedelta(minutes=number)
        same = {"match_id": match_id(player, number), "cause": cause(number + 1, at=at)}
        upload = replace(
            UPLOADED,
            **same,
            owner_id=owner_id,
            opponent_name=f"Opponent {number % 100}",
            played_at=at,
        )
        yield upload
        yield replace(
            extracted, **same, version=2, owner_id=owner_id, request_id=upload.id, reading=reading
        )
        if number < history.confirmed:
            yield replace(
                confirmed,
                **same,
                version=3,
                owner_id=owner_id,
                opponent_name=upload.opponent_name,
                score=Pair(number % 4, number % 3),
                stats=stats,
                played_at=at,
            )


def write(folder: Path, histories: Mapping[UUID, History]) -> None:
    """Fill the log of the system in `folder` with the histories, and its read models."""
    server = Postgres(folder / "postgres")
    server.start()
    try:
        database = server.conninfo()
        settings = read_settings({"TRACKER_DATA": str(folder), "TRACKER_DATABASE": database})
        with closing(open_owner_keys(settings)) as keys:
            projection = with_keys(MATCHES, keys)
            fill(
                database,
                projection.mapper,
                itertools.chain.from_iterable(
                    events_of(owner_id, player, history)
                    for player, (owner_id, history) in enumerate(histories.items())
                ),
            )
            rebuild(database, projection, lambda *_: None)
            swap(database, projection)
            drop(database, projection, Build.OLD)
        with psycopg.connect(database, autocommit=True) as conn:
            # Everything was read, and nobody was asked: these need not go through all of it.
            conn.execute(
                """
                INSERT INTO log.checkpoints (follower, position)
                SELECT unnest(%(followers)s::text[]), max(notification_id) FROM log.events
                ON CONFLICT (follower) DO UPDATE SET position = EXCLUDED.position
                """,
                {"followers": [RELAY, DEADLINES]},
            )
            conn.execute("VACUUM ANALYZE")
    finally:
        server.stop()
