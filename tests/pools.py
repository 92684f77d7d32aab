"""Connections as the APIs have them for single statements."""

from events.statement_pool import StatementPool


def statement_pool(database: str, most: int = 2) -> StatementPool:
    """A pool to open; it lends `most` connections at a time."""
    return StatementPool(database, min_size=1, max_size=most)
