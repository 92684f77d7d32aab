"""One process kept running: what happens when it dies, and when it does not want to."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.launch import Launch, StartFailed
from deploy.supervisor import GROWN_UP, Kept, run_once
from tests.deploy.processes import wait_until_gone

DIES_ONCE = """
import os, pathlib, sys, time
once = pathlib.Path(sys.argv[1])
if not once.exists():
    once.touch()
    sys.exit("no room left") if sys.argv[3] == "exits" else os.kill(os.getpid(), 9)
pathlib.Path(sys.argv[2]).touch()
time.sleep(60)
"""
STUBBORN = """
import pathlib, signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
pathlib.Path(sys.argv[1]).write_text(str(child.pid))
child.wait()
"""


def python(script: str, *arguments: Path | str) -> Callable[[], Launch]:
    command = (sys.executable, "-c", script, *map(str, arguments))
    return lambda: Launch(command, {"PATH": os.defpath})


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("exits", "ended with status 1. Its last lines:\n  | no room left"),
        ("is killed", "was killed by SIGKILL."),
    ],
)
def test_dead_process_is_started_again_and_the_reason_shown(
    how: str, reason: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    lives_again = tmp_path / "lives-again"
    launch = python(DIES_ONCE, tmp_path / "once", lives_again, how)
    asyncio.run(_answer_and_stop(launch, lives_again))
    assert capfd.readouterr().err == f"reader {reason}\nreader is started again in 0.1 s.\n"


def test_program_that_cannot_be_started_now_is_tried_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    lives = tmp_path / "lives"
    launches = [Launch(("/no/such",), {}), python(DIES_ONCE, tmp_path, lives, "exits")()]
    asyncio.run(_answer_and_stop(lambda: launches.pop(0), lives))
    assert "reader could not be started: No such file or directory." in capfd.readouterr().err


def test_deleted_folder_of_logs_stops_no_restart(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    lives, logs = tmp_path / "lives", tmp_path / "logs"
    launches = 0

    def launch() -> Launch:
        nonlocal launches
        launches += 1
        if launches == 2:
            logs.mkdir()
        return python(DIES_ONCE, tmp_path, lives, "exits")()

    asyncio.run(_answer_and_stop(launch, lives, logs / "log"))
    assert "reader could not be started: No such file or directory." in capfd.readouterr().err


def test_delay_grows_with_each_death(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(StartFailed):
        asyncio.run(_first_answer(python("raise SystemExit(1)"), tmp_path / "log"))
    delays = re.findall(r"started again in (.*) s", capfd.readouterr().err)
    assert delays == ["0.1", "0.2", "0.4", "0.8"]


def test_delay_does_not_grow_for_one_that_is_killed_from_outside(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kills = 4
    asyncio.run(_live_and_be_killed(tmp_path, kills, lives_for=GROWN_UP))
    delays = re.findall(r"started again in (.*) s", capfd.readouterr().err)
    assert delays[:kills] == ["0.1"] * kills


def test_delay_grows_for_one_that_is_killed_as_soon_as_it_starts(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(_live_and_be_killed(tmp_path, kills=3, lives_for=0))
    delays = re.findall(r"started again in (.*) s", capfd.readouterr().err)
    assert delays[:3] == ["0.1", "0.2", "0.4"]


def test_delay_begins_small_again_when_what_it_needs_is_back(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async def live() -> None:
        launches = 0

        def launch() -> Launch:
            nonlocal launches
            launches += 1
            if launches == 4:
                kept.hurry()
            if launches == 5:
                over.set()
            return python("raise SystemExit(1)")()

        over = asyncio.Event()
        kept = Kept("reader", launch, tmp_path / "log")
        kept.start()
        await asyncio.wait_for(over.wait(), 10)
        await kept.stop()

    asyncio.run(live())
    delays = re.findall(r"started again in (.*) s", capfd.readouterr().err)
    assert delays[:4] == ["0.1", "0.2", "0.4", "0.1"]


def test_server_that_never_answers_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(StartFailed, match=r"(?s)reader ended with status 1.*no disk"):
        asyncio.run(_first_answer(python("raise SystemExit('no disk')"), tmp_path / "log"))


def test_return_of_a_server_is_told_and_the_first_start_is_none(tmp_path: Path) -> None:
    returns: list[int] = []

    async def live() -> None:
        returned = asyncio.Event()

        async def on_return() -> None:
            returns.append(1)
            returned.set()

        script = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(60)"
        kept = Kept(
            "server",
            python(script, tmp_path / "up"),
            tmp_path / "log",
            answers=(tmp_path / "up").exists,
            on_return=on_return,
        )
        kept.start()
        await kept.first_answer(10)
        assert returns == []
        kept.kill()
        await asyncio.wait_for(returned.wait(), 10)
        await kept.stop()

    asyncio.run(live())
    assert returns == [1]


def test_process_that_will_not_stop_is_killed_with_all_it_started(tmp_path: Path) -> None:
    child = tmp_path / "child"

    async def live() -> None:
        kept = Kept(
            "stubborn",
            python(STUBBORN, child),
            tmp_path / "log",
            answers=lambda: child.exists() and child.read_text() != "",
            stops_within=0.1,
        )
        kept.start()
        await kept.first_answer(10)
        await kept.stop()

    asyncio.run(live())
    wait_until_gone(int(child.read_text()))


def test_stop_does_not_wait_for_the_delay_of_a_dead_one(tmp_path: Path) -> None:
    async def live() -> None:
        kept = Kept("reader", python("raise SystemExit(1)"), tmp_path / "log")
        kept.start()
        await asyncio.wait_for(kept.stop(), 10)
        await asyncio.wait_for(kept.stop(), 1)

    asyncio.run(live())


def test_failure_of_a_process_that_runs_once_says_why(tmp_path: Path) -> None:
    launch = python("raise SystemExit('table is missing')")()
    with pytest.raises(StartFailed, match=r"(?s)migrate ended with status 1.*table is missing"):
        asyncio.run(run_once(launch, "migrate", tmp_path / "log"))


async def _live_and_be_killed(folder: Path, kills: int, lives_for: float) -> None:
    script = python(f"import os, time; time.sleep({lives_for}); os.kill(os.getpid(), 9)")
    starts = 0
    over = asyncio.Event()

    def launch() -> Launch:
        nonlocal starts
        starts += 1
        if starts > kills:
            over.set()
        return script()

    kept = Kept("reader", launch, folder / "log")
    kept.start()
    await asyncio.wait_for(over.wait(), 20)
    await kept.stop()


async def _first_answer(launch: Callable[[], Launch], log: Path) -> None:
    kept = Kept("reader", launch, log, answers=lambda: False, stop_signal=signal.SIGKILL)
    kept.start()
    await kept.first_answer(10)


async def _answer_and_stop(
    launch: Callable[[], Launch], answer: Path, log: Path | None = None
) -> None:
    kept = Kept("reader", launch, log or answer.with_name("log"), answers=answer.exists)
    kept.start()
    await kept.first_answer(10)
    await kept.stop()
