"""The database that everything is written to, as far as queries look at it: to tell how it is."""

from typing import Any

from msgspec import Struct
from psycopg_pool import AsyncConnectionPool


class Primary(Struct, frozen=True):
    """Its connections; where there is no read replica, queries use the same ones."""

    pool: AsyncConnectionPool[Any]
