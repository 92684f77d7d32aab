"""Before a part starts: is this a database that it knows and that keeps what it is given?"""

from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import Connection

from projections.builds import Build, built, misfit
from projections.catalogue import PROJECTIONS

MIGRATIONS: Final = Path(__file__).parent / "migrations"
# What PostgreSQL must not be told to do without: an answered command would be lost.
DURABILITY: Final = ("fsync", "synchronous_commit", "full_page_writes")


class DatabaseRefused(Exception):
    """The database cannot be used; the message is a sentence that says why and what to do."""


def known_migrations() -> set[str]:
    """The versions of the tables that this program brings."""
    return {path.name.partition("_")[0] for path in MIGRATIONS.glob("*.sql")}


def applied_migrations(conn: Connection[Any]) -> set[str]:
    """The versions that the database has."""
    row = conn.execute("SELECT to_regclass('public.schema_migrations') IS NOT NULL").fetchone()
    if not (row and row[0]):
        return set()
    return {version for (version,) in conn.execute("SELECT version FROM public.schema_migrations")}


def refuse_unusable(database: str) -> None:
    """Raise `DatabaseRefused` for unknown tables or read models, or a server that may forget."""
    try:
        with psycopg.connect(database, connect_timeout=5) as conn:
            _refuse_unknown_schema(applied_migrations(conn))
            _refuse_unfit_read_models(conn)
            _refuse_forgetful_server(conn)
    except psycopg.OperationalError as error:
        raise DatabaseRefused(f"The database cannot be reached: {error}".strip()) from None


def _refuse_unknown_schema(applied: set[str]) -> None:
    known = known_migrations()
    if missing := known - applied:
        raise DatabaseRefused(
            f"The database lacks {len(missing)} of {len(known)} changes to its tables."
            " Run `python -m deploy migrate` first."
        )
    if later := applied - known:
        raise DatabaseRefused(
            f"The database was changed by a later version of this program ({max(later)})."
            " Start that version."
        )


def _refuse_unfit_read_models(conn: Connection[Any]) -> None:
    for projection in PROJECTIONS.values():
        live = built(conn, projection, Build.LIVE)
        if live is None:
            raise DatabaseRefused(
                f"The database lacks the read models of {projection.name}."
                " Run `python -m deploy migrate` first."
            )
        if unfit := misfit(projection, live.version):
            raise DatabaseRefused(unfit)


def _refuse_forgetful_server(conn: Connection[Any]) -> None:
    for name in DURABILITY:
        row = conn.execute("SELECT current_setting(%(name)s)", {"name": name}).fetchone()
        if row and row[0] == "off":
            raise DatabaseRefused(
                f"PostgreSQL runs with {name}=off and may lose what it has confirmed."
                f" Set {name} to on."
            )
