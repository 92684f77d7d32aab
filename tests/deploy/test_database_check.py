"""A part does not start on a database that it does not know or that may forget."""

import psycopg
import pytest

from deploy.database_check import DURABILITY, DatabaseRefused, refuse_unusable
from deploy.postgres import OWNER, Postgres


def test_a_database_without_tables_is_refused(postgres: Postgres) -> None:
    with pytest.raises(DatabaseRefused, match="Run `python -m deploy migrate` first"):
        refuse_unusable(postgres.conninfo("postgres", OWNER))


def test_a_database_of_a_later_version_is_refused(database: str) -> None:
    with psycopg.connect(database) as conn:
        conn.execute("INSERT INTO public.schema_migrations VALUES ('29991231000000')")
    with pytest.raises(DatabaseRefused, match="later version of this program"):
        refuse_unusable(database)


def test_a_server_that_may_forget_is_refused(database: str) -> None:
    # The suite's own server is such a one.
    with pytest.raises(DatabaseRefused, match=f"{DURABILITY[0]}=off"):
        refuse_unusable(database)


def test_a_database_that_is_away_is_told_of() -> None:
    with pytest.raises(DatabaseRefused, match="cannot be reached"):
        refuse_unusable("postgresql://tracker@127.0.0.1:1/tracker")
