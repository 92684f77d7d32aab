"""Pictures in the game's colours that hold no statistics: nothing may be read from them."""

from collections.abc import Callable
from random import Random
from typing import Final

import numpy as np

from ocr_service.drawing import scenery
from ocr_service.drawing.lettering import Align, write, write_number
from ocr_service.drawing.matches import NAMES, random_match
from ocr_service.drawing.scenery import NAVY, YELLOW
from ocr_service.drawing.screen import paint
from ocr_service.engine import Colour
from ocr_service.layouts.efootball.languages import LANGUAGES
from ocr_service.truth import Truth

WIDTH: Final = 1600
HEIGHT: Final = 720
WHITE: Final = (250, 250, 250)
BLACK: Final = (20, 20, 20)


def result_only(rng: Random) -> Colour:
    """The header with the score, and the stadium where the table would be."""
    image = paint(random_match(rng), (WIDTH, HEIGHT), seed=rng.randrange(10**6))
    image[196:612] = scenery.stadium(WIDTH, 416, rng)
    return image


def history(rng: Random) -> Colour:
    """A list of past matches with their scores, thirteen rows between rules."""
    image = _table_ground(rng)
    for row in range(13):
        y = 213 + 32 * row
        home, away = rng.sample(NAMES, 2)
        write(image, home, (760, y), 15, YELLOW, Align.RIGHT)
        write_number(image, str(rng.randint(0, 9)), (780, y), 16, YELLOW)
        write_number(image, str(rng.randint(0, 9)), (820, y), 16, YELLOW)
        write(image, away, (840, y), 15, YELLOW, Align.LEFT)
    return image


def squad(rng: Random) -> Colour:
    """Players with their position and two ratings, where the statistics would be."""
    image = _table_ground(rng)
    for row in range(13):
        y = 213 + 32 * row
        write(image, rng.choice(NAMES), (800, y), 15, YELLOW)
        write_number(image, str(rng.randint(50, 99)), (611, y), 16, YELLOW)
        write_number(image, str(rng.randint(50, 99)), (989, y), 16, YELLOW)
    return image


def web_table(rng: Random) -> Colour:
    """Statistics of a match in a browser window."""
    image = np.full((HEIGHT, WIDTH, 3), WHITE, np.uint8)
    write(image, "Match report", (200, 60), 26, BLACK, Align.LEFT)
    match = random_match(rng)
    for row, (statistic, values) in enumerate(match.stats.items()):
        y = 120 + 40 * row
        label = LANGUAGES["en"].labels[row]
        write(image, label, (800, y), 16, BLACK)
        for x, value in zip((500, 1100), values, strict=True):
            sign = "%" if statistic == "possession" else ""
            write(image, f"{value}{sign}", (x, y), 16, BLACK)
        image[y + 19 : y + 21, 450:1150] = (220, 220, 220)
    return image


def dark_web_table(rng: Random) -> Colour:
    """The same with light letters on dark blue."""
    return np.asarray(np.maximum(255 - web_table(rng), (60, 20, 10)), dtype=np.uint8)


def empty_table(rng: Random) -> Colour:
    """The screen before its numbers have come in."""
    return paint(Truth(left_name="iconics", right_name="Bayern"), seed=rng.randrange(10**6))


def advertisement(rng: Random) -> Colour:
    """Large words on navy and yellow."""
    image = np.full((HEIGHT, WIDTH, 3), NAVY, np.uint8)
    for _ in range(8):
        y = rng.randint(0, HEIGHT - 40)
        image[y : y + rng.randint(2, 40)] = YELLOW
    write(image, "2000 GP", (800, 300), 90, WHITE)
    write(image, "42%", (500, 500), 60, YELLOW)
    write(image, "58%", (1100, 500), 60, YELLOW)
    return image


NEAR_MISSES: Final[dict[str, Callable[[Random], Colour]]] = {
    one.__name__: one
    for one in (result_only, history, squad, web_table, dark_web_table, empty_table, advertisement)
}


def _table_ground(rng: Random) -> Colour:
    """The screen with rules and bands, and nothing written on it."""
    blank = Truth(left_name=rng.choice(NAMES), right_name=rng.choice(NAMES), score=(1, 0))
    image = paint(blank, (WIDTH, HEIGHT), seed=rng.randrange(10**6))
    for row in range(13):
        top = 200 + 32 * row
        image[top : min(top + 27, 612), 546:1054] = NAVY
    return image
