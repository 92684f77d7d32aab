"""Connections for writing read models: no wait without an end, and no fsync for what is derived."""

from typing import Final

import psycopg
from psycopg import Connection
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

# A server that vanished is noticed within these seconds (milliseconds for the last).
SILENCE: Final = {
    "connect_timeout": 2,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 2,
    "tcp_user_timeout": 3000,
}
# Rows and place are committed together, so what a crash takes back is projected again: a commit
# need not wait for the disk. The server notices within seconds, too, that a client vanished, and
# gives its locks to another.
SETTINGS: Final = {
    "synchronous_commit": "off",
    "lock_timeout": "10s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
    "tcp_keepalives_idle": "2",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "3",
}


def connect(conninfo: str, name: str) -> Connection[TupleRow]:
    """A connection in autocommit, under a name that those who run the server can see."""
    conn = psycopg.connect(
        make_conninfo(conninfo, application_name=name, **SILENCE), autocommit=True
    )
    try:
        conn.execute(
            "SELECT set_config(name, setting, false)"
            " FROM unnest(%(names)s::text[], %(settings)s::text[]) AS given (name, setting)",
            {"names": list(SETTINGS), "settings": list(SETTINGS.values())},
        )
    except BaseException:
        conn.close()
        raise
    return conn
