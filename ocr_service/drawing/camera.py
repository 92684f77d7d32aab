"""A screen photographed with another phone: from a slant, unevenly lit, with moire and grain."""

from math import cos, radians, sin
from random import Random

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.drawing.degrade import blurred, jpeg, moire, noisy, unevenly_lit
from ocr_service.engine import Colour

STEEPEST = 8.0


def photographed(image: Colour, rng: Random) -> Colour:
    """A photograph of the screen; pitch and yaw up to 8 degrees, a little roll."""
    width = rng.choice((1600, 1920, 2048, 2400))
    height = round(width * rng.choice((0.5625, 0.75)))
    room = _room(width, height, rng)
    screen = cv2.copyMakeBorder(image, 14, 14, 14, 14, cv2.BORDER_CONSTANT, value=(6, 6, 6))
    corners = _corners(screen.shape[1], screen.shape[0], width, height, rng)
    flat = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * [screen.shape[1], screen.shape[0]]
    scale = float(np.linalg.norm(corners[1] - corners[0])) / screen.shape[1]
    if scale < 1:  # what the lens and the coarser grid cannot show
        screen = blurred(np.asarray(screen, np.uint8), 0.45 / scale)
    lens = cv2.getPerspectiveTransform(flat.astype(np.float32), corners.astype(np.float32))
    cv2.warpPerspective(
        screen, lens, (width, height), room, cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT
    )
    photo = unevenly_lit(room, rng)
    if rng.random() < 0.6:
        photo = moire(photo, rng)
    photo = blurred(photo, rng.uniform(0.3, 1.1))
    photo = noisy(photo, rng.uniform(2, 7), rng)
    return jpeg(photo, rng.randint(60, 92), rng)


def _room(width: int, height: int, rng: Random) -> Colour:
    shade = np.linspace(rng.randint(10, 60), rng.randint(30, 110), width)
    warm = np.array([0.8, 0.9, 1.0])
    return np.asarray(np.tile(shade[None, :, None] * warm, (height, 1, 1)), dtype=np.uint8)


def _corners(
    across: int, down: int, width: int, height: int, rng: Random
) -> npt.NDArray[np.float64]:
    """Where the corners of the screen fall on the photograph, clockwise from the top left."""
    yaw, pitch = (radians(rng.uniform(-STEEPEST, STEEPEST)) for _ in range(2))
    roll = radians(rng.gauss(0, 1.2))
    turn = (
        np.array([[cos(roll), -sin(roll), 0], [sin(roll), cos(roll), 0], [0, 0, 1]])
        @ np.array([[1, 0, 0], [0, cos(pitch), -sin(pitch)], [0, sin(pitch), cos(pitch)]])
        @ np.array([[cos(yaw), 0, sin(yaw)], [0, 1, 0], [-sin(yaw), 0, cos(yaw)]])
    )
    plane = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * [across / 2, down / 2, 0]
    solid = plane @ turn.T
    distance = across * rng.uniform(1.1, 1.6)
    seen = solid[:, :2] / (solid[:, 2:] / distance + 1)
    reach = seen.max(axis=0) - seen.min(axis=0)
    fill = rng.uniform(0.8, 0.98) * min(width / reach[0], height / reach[1])
    seen = (seen - (seen.max(axis=0) + seen.min(axis=0)) / 2) * fill
    return np.asarray(seen + np.array([width / 2, height / 2]))
