"""Connections as the APIs have them for single statements."""

from psycopg_pool import AsyncConnectionPool

from events.answering import AsyncAnsweringConnection
from events.questions import Pool


def statement_pool(database: str, most: int = 2) -> Pool:
    """A pool to open; it lends `most` connections at a time."""
    return AsyncConnectionPool(
        database,
        connection_class=AsyncAnsweringConnection,
        kwargs={"autocommit": True},
        min_size=1,
        max_size=most,
        open=False,
    )
