"""A set of pictures drawn from a seed: every phone, every language, every way to spoil them."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Final

import cv2
import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from ocr_service.drawing.camera import photographed
from ocr_service.drawing.degrade import blurred, brightened, jpeg, noisy, tinted
from ocr_service.drawing.frames import barred, cropped, notched
from ocr_service.drawing.matches import random_match, seeded
from ocr_service.drawing.near_misses import NEAR_MISSES
from ocr_service.drawing.screen import encode, paint
from ocr_service.engine import Colour
from ocr_service.layouts.efootball.languages import LANGUAGES
from ocr_service.truth import Truth

PHONES: Final = (
    (960, 432),
    (1200, 540),
    (1280, 576),
    (1280, 720),
    (1600, 720),
    (1920, 1080),
    (2340, 1080),
    (2400, 1080),
    (2520, 1080),
    (3200, 1440),
)
TABLETS: Final = ((1024, 768), (1280, 960), (2048, 1536), (2224, 1668))
# Digits of nine pixels.
SMALLEST: Final = ((900, 405), (864, 405), (720, 405))


class Sample(Struct, frozen=True):
    """A picture with what stands on it; `truth.file` is a name for it."""

    picture: bytes
    truth: Truth


def samples(seed: int, count: int, *, is_stress: bool = False) -> Iterator[Sample]:
    """`count` pictures, every kind in turn; the same seed gives the same pictures.

    Under stress they are spoilt beyond what can be read: a reader shows there whether it knows
    when it does not know.
    """
    kinds = list((STRESS if is_stress else KINDS).items())
    for number in range(count):
        rng = seeded(seed * 1_000_003 + number)
        kind, make = kinds[number % len(kinds)]
        picture, truth = make(rng)
        ending = "png" if picture.startswith(b"\x89PNG") else "jpg"
        name = f"{number:04d}-{kind}.{ending}"
        yield Sample(picture, replace(truth, file=name, kind=kind))


def _screen(rng: Random, sizes: tuple[tuple[int, int], ...] = PHONES) -> tuple[Colour, Truth]:
    match = random_match(rng)
    # English is what most players have, but every language has its turn.
    language = "en" if rng.random() < 0.4 else rng.choice(sorted(LANGUAGES))
    return paint(match, rng.choice(sizes), language=language, seed=rng.randrange(10**6)), match


def _plain(rng: Random) -> tuple[bytes, Truth]:
    image, truth = _screen(rng)
    return encode(image, rng.choice((None, 92, 95))), truth


def _mild(rng: Random) -> tuple[bytes, Truth]:
    image, truth = _screen(rng)
    spoil = rng.choice((tinted, brightened, lambda image, _: blurred(image, image.shape[0] / 1200)))
    return encode(spoil(image, rng), rng.randint(70, 95)), truth


def _sent_on(rng: Random) -> tuple[bytes, Truth]:
    image, truth = _screen(rng)
    return encode(jpeg(image, rng.randint(30, 95), rng), rng.randint(30, 95)), truth


def _tablet(rng: Random) -> tuple[bytes, Truth]:
    image, truth = _screen(rng, TABLETS)
    return encode(image, rng.randint(75, 95)), truth


def _framed(rng: Random) -> tuple[bytes, Truth]:
    image, truth = _screen(rng)
    frame = rng.choice((barred, notched, cropped))
    return encode(frame(image, rng), rng.randint(75, 95)), truth


def _small(rng: Random) -> tuple[bytes, Truth]:
    image, truth = _screen(rng, SMALLEST)
    return encode(image, rng.randint(70, 95)), truth


def _photo(rng: Random) -> tuple[bytes, Truth]:
    image, truth = _screen(rng)
    return encode(photographed(image, rng), rng.randint(75, 92)), truth


def _near_miss(rng: Random) -> tuple[bytes, Truth]:
    name = rng.choice(sorted(NEAR_MISSES))
    image = NEAR_MISSES[name](rng)
    return encode(image, rng.randint(75, 95)), Truth(reason="no_numbers", left_name=name)


def _tiny(rng: Random) -> tuple[bytes, Truth]:
    image, truth = _screen(rng, ((800, 360), (720, 324), (640, 288)))
    return encode(image, rng.randint(50, 90)), truth


def _smeared(rng: Random) -> tuple[bytes, Truth]:
    image, truth = _screen(rng)
    image = blurred(image, image.shape[0] / 720 * rng.uniform(1.5, 4))
    return encode(noisy(image, rng.uniform(0, 12), rng), rng.randint(40, 90)), truth


def _squeezed(rng: Random) -> tuple[bytes, Truth]:
    image, truth = _screen(rng, PHONES[:4])
    for _ in range(2):
        image = jpeg(image, rng.randint(6, 25), rng)
    return encode(image, 90), truth


def _far_away(rng: Random) -> tuple[bytes, Truth]:
    image, truth = _screen(rng)
    photo = photographed(image, rng)
    scale = rng.uniform(0.3, 0.6)
    small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return encode(np.asarray(small, dtype=np.uint8), rng.randint(40, 90)), truth


STRESS: Final[dict[str, Callable[[Random], tuple[bytes, Truth]]]] = {
    "tiny": _tiny,
    "smeared": _smeared,
    "squeezed": _squeezed,
    "far_away": _far_away,
}
KINDS: Final[dict[str, Callable[[Random], tuple[bytes, Truth]]]] = {
    "plain": _plain,
    "mild": _mild,
    "sent_on": _sent_on,
    "tablet": _tablet,
    "framed": _framed,
    "small": _small,
    "photo": _photo,
    "near_miss": _near_miss,
}
