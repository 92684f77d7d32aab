"""What happens to a screenshot on its way: light, tint, blur, noise, moire, and JPEG twice."""

from math import cos, pi, sin
from random import Random

import cv2
import numpy as np

from ocr_service.engine import Colour


def jpeg(image: Colour, quality: int, rng: Random) -> Colour:
    """Compressed and opened again; colours at half resolution, or sometimes at full."""
    full = 0x111111 if rng.random() < 0.15 else 0x221111
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, full]
    packed = cv2.imencode(".jpg", image, options)[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), dtype=np.uint8)


def tinted(image: Colour, rng: Random) -> Colour:
    """A night filter: less blue, and darker."""
    blue, dim = rng.uniform(0.45, 1.0), rng.uniform(0.45, 1.0)
    factors = np.array([blue * dim, (0.5 + blue / 2) * dim, dim])
    return _clipped(image * factors)


def brightened(image: Colour, rng: Random) -> Colour:
    """Lighter or darker, with less contrast."""
    lift, gain = rng.uniform(-15, 40), rng.uniform(0.6, 1.1)
    return _clipped(image * gain + lift)


def blurred(image: Colour, sigma: float) -> Colour:
    """Slightly out of focus; `sigma` in pixels."""
    if sigma < 0.2:
        return image
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), dtype=np.uint8)


def noisy(image: Colour, sigma: float, rng: Random) -> Colour:
    """Grain of a small camera."""
    noise = np.random.default_rng(rng.randrange(2**32))
    grain = noise.normal(0, sigma, image.shape).astype(np.float32)
    # Half of the grain is of brightness, half of colour.
    grain += noise.normal(0, sigma, image.shape[:2]).astype(np.float32)[..., None]
    return _clipped(image + grain)


def moire(image: Colour, rng: Random) -> Colour:
    """Slow waves, as between the grids of a screen and of a camera."""
    height, width = image.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    waves = np.zeros((height, width), np.float32)
    for _ in range(2):
        angle, period = rng.uniform(0, pi), rng.uniform(3.5, 14)
        phase = (x * cos(angle) + y * sin(angle)) * (2 * pi / period) + rng.uniform(0, 6)
        waves += np.sin(phase + 3 * np.sin(y / rng.uniform(90, 300)))
    return _clipped(image * (1 + rng.uniform(0.02, 0.07) * waves[..., None]))


def unevenly_lit(image: Colour, rng: Random) -> Colour:
    """Brighter on one side, with a pale reflection."""
    height, width = image.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    angle = rng.uniform(0, 2 * pi)
    slope = (x / width - 0.5) * cos(angle) + (y / height - 0.5) * sin(angle)
    light = 1 + rng.uniform(0.1, 0.5) * slope
    shine = np.exp(
        -(((x / width - rng.random()) / 0.3) ** 2) - ((y / height - rng.random()) / 0.3) ** 2
    )
    return _clipped(image * light[..., None] + rng.uniform(0, 45) * shine[..., None])


def spoilt(image: Colour, digit: float, rng: Random) -> Colour:
    """A bit of everything; `digit` is the height of digits in pixels, which bounds the blur."""
    if rng.random() < 0.3:
        image = tinted(image, rng)
    if rng.random() < 0.3:
        image = brightened(image, rng)
    if rng.random() < 0.25:
        image = unevenly_lit(image, rng)
    if rng.random() < 0.6:
        image = blurred(image, rng.uniform(0, min(2.5, digit * 0.09)))
    if rng.random() < 0.25:
        image = moire(image, rng)
    if rng.random() < 0.4:
        image = noisy(image, rng.uniform(0, 9), rng)
    if rng.random() < 0.3:
        image = _resized_and_back(image, digit, rng)
    for _ in range(rng.choice((0, 1, 1, 2, 2))):
        image = jpeg(image, rng.randint(30, 95), rng)
    return image


def _resized_and_back(image: Colour, digit: float, rng: Random) -> Colour:
    """As a messenger does: smaller, and shown larger again."""
    scale = rng.uniform(max(0.5, min(0.95, 8 / digit)), 1)
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    size = (image.shape[1], image.shape[0])
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def _clipped(values: "np.ndarray[tuple[int, ...], np.dtype[np.floating]]") -> Colour:
    return np.asarray(values.clip(0, 255), dtype=np.uint8)
