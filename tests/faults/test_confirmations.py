"""Processes are killed while two players confirm a match: it goes on, and no answer is lost."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from events.recorder import APPENDED_CHANNEL
from tests.deploy.processes import wait_for
from tests.faults.invariants import inconsistent
from tests.faults.killing import kill, process_of
from tests.faults.readiness import is_ready
from tests.faults.servers import postgres_of, settings_of
from tests.faults.workflows import PATIENCE, STEPS, Workflow
from tests.journeys.copies import Copy
from tests.journeys.pictures import drawn
from tests.journeys.players import Player

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="looks at processes as Linux shows them"
)

ATTACHING = 4  # the step that attaches a screenshot


class Moment(StrEnum):
    """When a process is killed."""

    SENT = "sent"
    STORED = "stored"


@pytest.fixture
def owner(system: Copy) -> Iterator[Player]:
    player = Player(system)
    yield player
    player.http.close()


@pytest.fixture
def friend(system: Copy) -> Iterator[Player]:
    player = Player(system)
    yield player
    player.http.close()


def step_and_kill(system: Copy, workflows: Sequence[Workflow], part: str, moment: Moment) -> None:
    """Let each take its next step, all at once, and kill the process of a part meanwhile."""
    wait_for(lambda: process_of(system, part) is not None)
    conninfo = postgres_of(system).conninfo()
    with (
        psycopg.connect(conninfo, autocommit=True) as conn,
        ThreadPoolExecutor(len(workflows)) as threads,
    ):
        conn.execute(f"LISTEN {APPENDED_CHANNEL}".encode())
        steps: list[Future[None]] = [threads.submit(one.step) for one in workflows]
        if moment is Moment.STORED:
            assert list(conn.notifies(timeout=PATIENCE, stop_after=1))
        assert kill(system, part)
        for step in steps:
            step.result(PATIENCE)


def by_players(history: Sequence[dict[str, Any]]) -> list[str]:
    return [entry["event"] for entry in history if entry["actor"] != "ocr"]


def is_read(workflow: Workflow) -> bool:
    """Whether the screenshot of each of the two was read."""
    history = workflow.owner.get(f"{workflow.path}history/")
    wanted = 1 + ("match.screenshot_attached.v1" in workflow.expected)
    return [entry["actor"] for entry in history].count("ocr") == wanted


@pytest.mark.parametrize("part", ["api", "followers", "postgres", "nats", "ocr"])
def test_a_part_killed_during_any_step_loses_and_doubles_nothing(
    system: Copy, owner: Player, friend: Player, part: str
) -> None:
    # One match before each step: whoever is killed is killed during all of them.
    with ThreadPoolExecutor(4) as threads:
        matches = list(threads.map(lambda _: Workflow(owner, friend), STEPS))
        list(threads.map(Workflow.advance, matches, range(len(STEPS))))
    matches[ATTACHING].picture, _ = drawn(seed=27)
    step_and_kill(system, matches, part, Moment.SENT)
    wait_for(lambda: is_ready(system))
    finished = matches.pop()
    matches.append(Workflow(owner, friend))
    step_and_kill(system, matches, part, Moment.STORED)
    wait_for(lambda: is_ready(system))
    workflows = [finished, *matches]
    for workflow in workflows:
        wait_for(partial(is_read, workflow))
        assert by_players(owner.get(f"{workflow.path}history/")) == workflow.expected
    at_last = {"Event-Position": str(max(workflow.position for workflow in workflows))}
    listed = {match["id"] for match in friend.get("/api/matches/", **at_last)}
    assert listed == {w.path.split("/")[-2] for w in workflows if w.is_in_both_lists}
    verified = [workflow.score for workflow in workflows if workflow.is_verified]
    [known] = owner.get("/api/friends/", **at_last)
    assert (known["id"], known["played"]) == (friend.id, len(verified))
    table = owner.get("/api/friends/leaderboard/", **at_last)
    assert [row["goals_scored"] for row in table] == [
        sum(goals) for goals in zip(*verified, strict=True)
    ]
    assert inconsistent(settings_of(system)) == []
