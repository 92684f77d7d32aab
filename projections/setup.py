"""Makes the read models where they are missing, and says where a rebuild is due."""

import logging

import psycopg

from projections.builds import COMMAND, Build, add_indexes, built, create, misfit
from projections.catalogue import PROJECTIONS
from projections.projection import Projection

log = logging.getLogger(__name__)


def create_read_models(conninfo: str) -> None:
    """Make the live build of every projection that has none; safe to repeat and in parallel.

    A build of another version is left alone: a rebuild may stand beside it at any time, and that
    it is due is said in the log.
    """
    with psycopg.connect(conninfo) as conn:
        conn.execute("SELECT pg_advisory_xact_lock(hashtext('tracker read models'))")
        for projection in PROJECTIONS.values():
            live = built(conn, projection, Build.LIVE)
            if live is None:
                create(conn, projection, Build.LIVE)
                add_indexes(conn, projection)
            elif sentence := due(projection, live.version):
                log.warning("%s", sentence)


def due(projection: Projection, version: int) -> str | None:
    """What those who run the system should do about live rows of `version`, if anything."""
    if reason := misfit(projection, version):
        return reason
    if version < projection.version:
        name = projection.name
        return (
            f"The read models of {name} are of version {version}; this program builds version"
            f" {projection.version} and goes on with the old ones. When it suits, run"
            f" `{COMMAND} rebuild {name}`, then `{COMMAND} swap {name}`."
        )
    return None
