"""Whatever players ask over HTTP in whatever order, answers are as the model says."""

import cv2
import numpy as np
from hypothesis.stateful import run_state_machine_as_test

from tests.journeys.copies import Copy
from tests.properties.conftest import unhurried
from tests.properties.http_machine import HttpMachine

SEQUENCES = 4
STEPS = 30


def noise() -> bytes:
    """A picture that is known at a glance to hold nothing to read."""
    pixels = np.random.default_rng(21).integers(0, 256, (64, 64, 3), np.uint8)
    return cv2.imencode(".png", pixels)[1].tobytes()


def test_random_requests_are_answered_as_the_model_says(copy: Copy, sequences: int | None) -> None:
    picture = noise()
    run_state_machine_as_test(
        lambda: HttpMachine(copy, picture),  # type: ignore[arg-type]  # a function does as well
        settings=unhurried(sequences or SEQUENCES, STEPS),
    )
