"""A primary and its streaming replica, both real, each with a socket of its own."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from msgspec import Struct

from deploy.launch import on_leash
from deploy.postgres import OWNER, Postgres, server_user
from deploy.wheels import POSTGRES_PROGRAMS
from tests.prepared import prepare_database

SETTINGS = {"wal_level": "replica", "hot_standby": "on"}


class Replicated(Struct, frozen=True):
    """The addresses of both, for our parts."""

    primary: str
    replica: str
    replica_owner: str

    def on_primary(self, statement: str) -> None:
        with psycopg.connect(self.primary, autocommit=True) as conn:
            conn.execute(statement)

    def pause(self) -> None:
        """Let the replica take nothing in until it is told to go on."""
        self._on_replica("SELECT pg_wal_replay_pause()")
        while self._on_replica("SELECT pg_get_wal_replay_pause_state()") != "paused":
            pass

    def go_on(self) -> None:
        self._on_replica("SELECT pg_wal_replay_resume()")

    def until_replayed(self) -> None:
        """Wait until the replica holds what the primary holds now."""
        with psycopg.connect(self.primary) as conn:
            row = conn.execute("SELECT pg_current_wal_flush_lsn()::text").fetchone()
        assert row
        statement = f"SELECT pg_last_wal_replay_lsn() >= '{row[0]}'::pg_lsn"
        while not self._on_replica(statement):
            pass

    def _on_replica(self, statement: str) -> Any:
        with psycopg.connect(self.replica_owner, autocommit=True) as conn:
            row = conn.execute(statement).fetchone()
        return row[0] if row else None


@contextmanager
def replicated(folder: Path) -> Iterator[Replicated]:
    prepare_database(folder / "primary")
    primary = Postgres(folder / "primary", SETTINGS)
    replica = Postgres(folder / "replica", SETTINGS)
    primary.start()
    try:
        _let_in(primary)
        _copy(primary, replica)
        replica.start()
        try:
            yield Replicated(
                primary.conninfo(), replica.conninfo(), replica.conninfo("postgres", OWNER)
            )
        finally:
            replica.stop()
    finally:
        primary.stop()


def _let_in(primary: Postgres) -> None:
    """Let the user that the replica runs as stream from the primary."""
    user = server_user()
    with (primary.folder / "pg_hba.conf").open("a") as file:
        file.write("local replication all peer map=ours\n")
    if user:
        with (primary.folder / "pg_ident.conf").open("a") as file:
            file.write(f'ours "{user}" {OWNER}\n')
    with psycopg.connect(primary.conninfo("postgres", OWNER), autocommit=True) as conn:
        conn.execute("SELECT pg_reload_conf()")


def _copy(primary: Postgres, replica: Postgres) -> None:
    source = primary.conninfo("postgres", OWNER)
    backup = on_leash(
        [
            POSTGRES_PROGRAMS / "pg_basebackup",
            f"--dbname={source}",
            f"--pgdata={replica.folder}",
            "--write-recovery-conf",
            "--wal-method=stream",
            "--checkpoint=fast",
        ],
        user=server_user(),
    )
    subprocess.run(backup.command, env=backup.environment, check=True)  # noqa: S603 - ours
