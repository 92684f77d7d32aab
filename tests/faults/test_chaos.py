"""The short form of `chaos`: processes are killed at random under load."""

from pathlib import Path

import pytest

from tests.faults.chaos import Plan, break_and_heal

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="looks at processes as Linux shows them"
)

# What players do meanwhile has to be read before all is compared: the OCR is what takes long.
PAUSE = 0.5  # seconds


def test_nothing_is_lost_or_doubled_when_processes_are_killed() -> None:
    assert break_and_heal(Plan(kills=6, seed=1, longest_pause=PAUSE)) == []


def test_nothing_is_lost_or_doubled_with_two_of_every_process() -> None:
    assert break_and_heal(Plan(kills=3, seed=2, two=True, longest_pause=PAUSE)) == []
