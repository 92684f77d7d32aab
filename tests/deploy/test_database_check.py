"""A part does not start on a database that it does not know or that may forget."""

import psycopg
import pytest

from deploy.database_check import DURABILITY, DatabaseRefused, refuse_unusable
from deploy.postgres import OWNER, Postgres
from projections.catalogue import MATCHES
from tests.deploy.processes import start


def test_a_database_without_tables_is_refused(postgres: Postgres) -> None:
    with pytest.raises(DatabaseRefused, match="Run `python -m deploy migrate` first"):
        refuse_unusable(postgres.conninfo("postgres", OWNER))


def test_a_database_of_a_later_version_is_refused(database: str) -> None:
    with psycopg.connect(database) as conn:
        conn.execute("INSERT INTO public.schema_migrations VALUES ('29991231000000')")
    with pytest.raises(DatabaseRefused, match="later version of this program"):
        refuse_unusable(database)


@pytest.mark.parametrize(
    ("version", "advice"),
    [
        (MATCHES.version + 1, "Start the newer program"),
        (MATCHES.oldest - 1, f"Run `python -m deploy projections rebuild {MATCHES.name}`"),
    ],
)
def test_read_models_of_another_shape_are_refused(database: str, version: int, advice: str) -> None:
    with psycopg.connect(database) as conn:
        conn.execute("UPDATE read_models.build SET version = %(v)s", {"v": version})
    with pytest.raises(DatabaseRefused, match=advice):
        refuse_unusable(database)


def test_missing_read_models_are_refused(database: str) -> None:
    with psycopg.connect(database) as conn:
        conn.execute("DROP SCHEMA read_models CASCADE")
    with pytest.raises(DatabaseRefused, match="lacks the read models of matches"):
        refuse_unusable(database)


@pytest.mark.parametrize("part", ["api", "followers"])
def test_a_part_says_why_it_does_not_start(database: str, part: str) -> None:
    with psycopg.connect(database) as conn:
        conn.execute("UPDATE read_models.build SET version = 99")
    where = {"TRACKER_DATABASE": database, "TRACKER_NATS": "nats://127.0.0.1:1"}
    started = start("deploy", part, environment=where)
    _, complaint = started.communicate(timeout=20)
    assert started.returncode == 1
    assert complaint.startswith("The read models of matches are of version 99")


def test_a_server_that_may_forget_is_refused(database: str) -> None:
    # The suite's own server is such a one.
    with pytest.raises(DatabaseRefused, match=f"{DURABILITY[0]}=off"):
        refuse_unusable(database)


def test_a_database_that_is_away_is_told_of() -> None:
    with pytest.raises(DatabaseRefused, match="cannot be reached"):
        refuse_unusable("postgresql://tracker@127.0.0.1:1/tracker")
