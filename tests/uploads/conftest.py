"""A picture that is known at a glance to hold nothing to read."""

import cv2
import numpy as np
import pytest


@pytest.fixture(scope="session")
def noise() -> bytes:
    pixels = np.random.default_rng(21).integers(0, 256, (64, 64, 3), np.uint8)
    return cv2.imencode(".png", pixels)[1].tobytes()
