"""Makes the tables of the read models where they are missing; what is there is left alone."""

from importlib.resources import files
from typing import Final

import psycopg
from psycopg.sql import SQL

SCHEMA_FILES: Final = ("matches.sql",)


def create_read_models(conninfo: str) -> None:
    """Make the schema `read_models` at once, if it is not there; safe to repeat."""
    with psycopg.connect(conninfo) as conn:
        conn.execute("SELECT pg_advisory_xact_lock(hashtext('tracker read models'))")
        cursor = conn.execute("SELECT to_regnamespace('read_models') IS NOT NULL")
        row = cursor.fetchone()
        if row and row[0]:
            return
        conn.execute("CREATE SCHEMA read_models")
        for name in SCHEMA_FILES:
            statements = (files("projections") / "schema" / name).read_text(encoding="utf-8")
            conn.execute(SQL(statements))
