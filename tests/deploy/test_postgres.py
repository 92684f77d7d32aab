"""The embedded PostgreSQL: who may reach it, and what it survives."""

import os
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from deploy.launch import StartFailed, end, on_leash
from deploy.postgres import DATABASE, OWNER, ROLE, Postgres, server_user

DISPOSABLE = {"fsync": "off", "full_page_writes": "off"}


@contextmanager
def started(server: Postgres) -> Iterator[Postgres]:
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One database folder for all tests that break nothing for good: to make one takes longest."""
    return tmp_path_factory.mktemp("postgres") / "postgres"


@pytest.fixture
def postgres(folder: Path) -> Iterator[Postgres]:
    with started(Postgres(folder, DISPOSABLE)) as server:
        yield server


def sockets_of(server: Postgres) -> Path:
    with psycopg.connect(server.conninfo()) as connection:
        return Path(connection.info.host)


def test_our_parts_own_their_database_and_nothing_more(postgres: Postgres) -> None:
    with psycopg.connect(postgres.conninfo()) as connection:
        row = connection.execute(
            "SELECT current_user, current_database(), rolsuper FROM pg_roles"
            " WHERE rolname = current_user"
        ).fetchone()
        connection.execute("CREATE TABLE ours (word text)")
    assert row == (ROLE, DATABASE, False)


def test_no_port_is_open_and_the_socket_lies_in_a_closed_folder(postgres: Postgres) -> None:
    folder = sockets_of(postgres)
    with psycopg.connect(postgres.conninfo()) as connection:
        row = connection.execute("SHOW listen_addresses").fetchone()
    assert row == ("",)
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IRWXU
    assert folder.stat().st_uid == os.geteuid()


def test_nobody_is_let_in_under_a_name_that_is_not_mapped(postgres: Postgres) -> None:
    with psycopg.connect(postgres.conninfo("postgres", OWNER)) as connection:
        connection.execute("CREATE ROLE stranger LOGIN")
    with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
        psycopg.connect(postgres.conninfo(role="stranger"))


def test_killed_server_goes_on_with_what_was_committed(postgres: Postgres) -> None:
    with psycopg.connect(postgres.conninfo()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'word' AS word")
    postgres.kill()
    postgres.start()
    with psycopg.connect(postgres.conninfo()) as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("word",)]


@pytest.mark.parametrize("program", ["/bin/sleep 60", "/bin/true"])
def test_lock_file_that_names_no_server_does_not_stop_the_start(
    program: str, postgres: Postgres, tmp_path: Path
) -> None:
    lock = postgres.folder / "postmaster.pid"
    postgres.kill()
    _, rest = lock.read_text().split("\n", 1)
    stranger = on_leash(program.split(), user=server_user()).into(tmp_path / "stranger.log")
    if program == "/bin/true":  # wait until it is a zombie
        os.waitid(os.P_PID, stranger.pid, os.WEXITED | os.WNOWAIT)
    lock.write_text(f"{stranger.pid}\n{rest}")
    postgres.start()
    end(stranger, signal.SIGKILL, seconds=5)


def test_unfinished_folder_of_a_start_cut_short_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "postgres.unfinished").mkdir()
    (tmp_path / "postgres.unfinished" / "PG_VERSION").write_text("18\n")
    with started(Postgres(tmp_path / "postgres", DISPOSABLE)):
        pass
    assert (tmp_path / "postgres" / "PG_VERSION").exists()
    assert not (tmp_path / "postgres.unfinished").exists()


@pytest.mark.parametrize("name", ["d" * 100, 'my matches, "2026" é'])
def test_path_that_no_socket_could_have_is_no_obstacle(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name / "postgres"
    folder.parent.mkdir()
    with started(Postgres(folder, DISPOSABLE)) as server:
        sockets = sockets_of(server)
    assert (folder / "PG_VERSION").exists()
    assert not sockets.exists()


def test_socket_folder_of_somebody_else_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "postgres.run").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StartFailed, match="belongs to somebody else"):
        Postgres(tmp_path / "postgres", DISPOSABLE).start()
