"""Read models are made once, and a rebuild that is due is said."""

import logging

import psycopg
import pytest
from msgspec.structs import replace

from projections.builds import Build, built
from projections.catalogue import MATCHES
from projections.setup import create_read_models, due


def test_what_is_there_is_left_alone(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as conn:
        before = built(conn, MATCHES, Build.LIVE)
        create_read_models(database)
        assert built(conn, MATCHES, Build.LIVE) == before
        assert before is not None
        assert before.version == MATCHES.version


def test_a_due_rebuild_is_said(database: str, caplog: pytest.LogCaptureFixture) -> None:
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute("UPDATE read_models.build SET version = 0")
    with caplog.at_level(logging.WARNING):
        create_read_models(database)
    assert f"of version 0, and this program needs {MATCHES.oldest} at least" in caplog.text


def test_rows_that_fit_may_wait_for_their_rebuild() -> None:
    newer = replace(MATCHES, version=3, oldest=2)
    assert due(newer, 3) is None
    assert "goes on with the old ones" in (due(newer, 2) or "")
    assert "needs 2 at least" in (due(newer, 1) or "")
    assert "Start the newer program" in (due(newer, 4) or "")
