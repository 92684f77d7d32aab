"""Reads the digits of the game's face with two small networks that were trained apart."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from ocr_service.digits.decoding import Guess, decode
from ocr_service.digits.network import HEIGHT, WIDTH, Network, normalised
from ocr_service.engine import Grey

__all__ = ["CELL_HEIGHT", "HEIGHT", "VERSION", "WIDTH", "Guess", "guesses", "warm_up"]

# Of the weights; a reading names it, so that readings of different weights can be told apart.
VERSION: Final = "1"
# How much of a row a cell shows; its width follows from its shape.
CELL_HEIGHT: Final = 0.87
FOLDER: Final = Path(__file__).parent


def guesses(cells: Sequence[Grey]) -> list[tuple[Guess, Guess]]:
    """For each cell (24 x 80, bright digits half as tall on dark), what each network reads."""
    if not cells:
        return []
    stack = normalised(np.stack(cells))
    first, second = (
        [decode(columns) for columns in network.log_probabilities(stack)] for network in _networks()
    )
    return list(zip(first, second, strict=True))


def warm_up() -> None:
    """Load the networks now, so that the first picture need not wait for them."""
    guesses([np.zeros((HEIGHT, WIDTH), np.uint8)])


@cache
def _networks() -> tuple[Network, Network]:
    return Network.load(FOLDER / "first.npz"), Network.load(FOLDER / "second.npz")
