"""Brings the builds that nobody reads up to date, so that they hold nothing that is erased."""

import logging
from typing import Final

from psycopg import sql

from projections.advance import advance
from projections.builds import Build, built, misfit, schema_of, take
from projections.connecting import connect
from projections.places import BuildPlace
from projections.projection import Projection

BATCH: Final = 2000

log = logging.getLogger(__name__)


def catch_up(conninfo: str, projection: Projection) -> None:
    """Follow the log to its end in the next and the old build, where there are any.

    One that this program cannot follow with is dropped: it would keep what has to go. Raises
    `Refused` while another process works on the builds.
    """
    with connect(conninfo, f"catch up {projection.name}") as conn:
        take(conn, projection)
        for build in (Build.NEXT, Build.OLD):
            found = built(conn, projection, build)
            if found is None:
                continue
            if reason := misfit(projection, found.version):
                log.warning("dropped the %s build, which could not be kept up: %s", build, reason)
                schema = sql.Identifier(schema_of(projection, build))
                conn.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(schema))
                continue
            place = BuildPlace(projection, build)
            while advance(conn, projection, place, limit=BATCH).events:
                pass
