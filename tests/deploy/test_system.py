"""The supervised system around small parts: order, faults, and nothing left behind."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from deploy.postgres import Postgres
from tests.deploy.processes import (
    command_line,
    descendants,
    first_line_with,
    free_port,
    start,
    wait_for,
    wait_until_gone,
)

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="looks at processes as Linux shows them"
)


class Running:
    """A started dummy system, and what it shows of itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = start("tests.deploy.dummy_system", str(folder), str(free_port()))
        first_line_with("Ctrl-C", self.process)
        wait_for(lambda: {"followers started", "child started"} <= set(self.diary()))

    def diary(self) -> list[str]:
        lines = (self.folder / "diary").read_text().splitlines()
        return [line.rsplit(" ", 1)[0] for line in lines]

    def ids(self, entry: str) -> list[int]:
        """The process ids that the diary names with `entry`."""
        lines = (self.folder / "diary").read_text().splitlines()
        return [int(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(entry)]

    def server(self, program: str) -> int:
        """The process id of the server whose program has this name."""
        # In order: what a server has forked bears its command line until it names itself.
        for process_id in sorted(descendants(self.process.pid)):
            if command_line(process_id).split("\0")[0].endswith(f"/{program}"):
                return process_id
        raise AssertionError(f"no {program}")

    def stop(self) -> str:
        """Stop it as Ctrl-C does; gives what it wrote to the standard error."""
        self.process.send_signal(signal.SIGINT)
        _, complaints = self.process.communicate(timeout=20)
        assert self.process.returncode == 0
        return complaints


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for all: to make a database takes longest, and each start finds it used."""
    return tmp_path_factory.mktemp("system") / "data"


@pytest.fixture
def running(folder: Path) -> Iterator[Running]:
    (folder / "diary").unlink(missing_ok=True)
    running = Running(folder)
    yield running
    running.process.kill()
    running.process.communicate()


def test_stop_ends_the_parts_before_the_servers_and_leaves_nothing(running: Running) -> None:
    everything = descendants(running.process.pid)
    assert running.stop() == ""
    assert running.diary()[-3] == "api stopped"
    assert set(running.diary()[-2:]) == {"ocr stopped", "followers stopped"}
    assert "database system is shut down" in (running.folder / "logs/postgres.log").read_text()
    for process_id in everything:
        wait_until_gone(process_id)


def test_signal_to_the_whole_process_group_stops_as_orderly(running: Running) -> None:
    everything = descendants(running.process.pid)
    os.killpg(running.process.pid, signal.SIGTERM)
    assert running.process.wait(20) == 0
    assert "database system is shut down" in (running.folder / "logs/postgres.log").read_text()
    for process_id in everything:
        wait_until_gone(process_id)


def test_killed_supervisor_takes_everything_with_it(running: Running) -> None:
    everything = descendants(running.process.pid)
    running.process.kill()
    for process_id in everything:
        wait_until_gone(process_id)
    again = Running(running.folder)  # as if nothing had happened
    again.stop()


def test_killed_nats_comes_back_and_its_streams_are_made_again(running: Running) -> None:
    assert running.diary().count("migrate started") == 1
    os.kill(running.server("nats-server"), signal.SIGKILL)
    wait_for(lambda: running.diary().count("migrate started") == 2)
    assert "nats was killed by SIGKILL." in running.stop()


def test_killed_postgres_comes_back_with_its_data(running: Running) -> None:
    postgres = Postgres(running.folder / "postgres")
    with psycopg.connect(postgres.conninfo()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'word' AS word")
    os.kill(running.server("postgres"), signal.SIGKILL)
    wait_for(postgres.answers)
    with psycopg.connect(postgres.conninfo()) as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("word",)]
    assert "postgres was killed by SIGKILL." in running.stop()


def test_killed_part_comes_back_and_what_it_had_started_is_gone(running: Running) -> None:
    [ocr], [child] = running.ids("ocr started"), running.ids("child started")
    os.kill(ocr, signal.SIGKILL)
    wait_until_gone(child)
    wait_for(lambda: len(running.ids("ocr started")) == 2)
    assert "ocr was killed by SIGKILL." in running.stop()
