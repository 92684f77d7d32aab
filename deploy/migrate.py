"""Brings tables, read models and streams up to date; safe to repeat and in parallel."""

import asyncio
import subprocess
import sysconfig
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

import nats
import psycopg
from psycopg.conninfo import conninfo_to_dict

from deploy.database_check import MIGRATIONS, applied_migrations, known_migrations
from deploy.settings import Settings
from events.streams import set_up
from projections.setup import create_read_models

RECONNECT_SECONDS: Final = 0.2
DBMATE: Final = Path(sysconfig.get_path("scripts")) / "dbmate"


class MigrationFailed(Exception):
    """A migration could not be applied; the message is what the database said."""


def bring_up_to_date(settings: Settings) -> None:
    """Apply what is missing. Raises `MigrationFailed` and what the servers' clients raise."""
    migrate_tables(settings.database)
    create_read_models(settings.database)
    _forget_old_words(settings.database)
    asyncio.run(_migrate_streams(settings.nats))


def migrate_tables(database: str) -> None:
    """Apply the SQL files that were not applied yet, in order, one process at a time."""
    with closing(psycopg.connect(database, autocommit=True)) as lock:
        # dbmate itself does not keep two of its kind apart.
        lock.execute("SELECT pg_advisory_lock(hashtext('tracker migrations'))")
        if applied_migrations(lock) >= known_migrations():
            return
        migrated = subprocess.run(  # noqa: S603  # the command is ours
            [
                DBMATE,
                "--url",
                _url(database),
                "--migrations-dir",
                MIGRATIONS,
                "--no-dump-schema",
                "migrate",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    if migrated.returncode:
        raise MigrationFailed(migrated.stderr.strip() or migrated.stdout.strip())


def _forget_old_words(database: str) -> None:
    """What the parts said before a restart must not count as said now."""
    with psycopg.connect(database) as conn:
        conn.execute("DELETE FROM log.parts WHERE said_at < clock_timestamp() - interval '2 s'")


def _url(database: str) -> str:
    """The address in the words of dbmate's driver: a socket's folder is `socket` there."""
    parts = conninfo_to_dict(database)
    user = quote(str(parts.get("user", "")), "")
    password = f":{quote(str(parts['password']), '')}" if parts.get("password") else ""
    name = quote(str(parts.get("dbname", "")), "")
    host, port = str(parts.get("host", "")), parts.get("port", "5432")
    if host.startswith("/"):
        return f"postgres://{user}{password}@:{port}/{name}?socket={quote(host, '')}"
    encryption = parts.get("sslmode", "disable")
    return f"postgres://{user}{password}@{host}:{port}/{name}?sslmode={encryption}"


async def _migrate_streams(servers: str) -> None:
    # The broker of the other parts is not worth its import: this runs at every start.
    client = await nats.connect(
        servers.split(","), max_reconnect_attempts=-1, reconnect_time_wait=RECONNECT_SECONDS
    )
    try:
        await set_up(client)
    finally:
        await client.close()
