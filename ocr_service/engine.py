"""The port to text engines: grey pictures in, text with the engine's confidence out."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

# Height x width, 0 is black.
Grey: TypeAlias = npt.NDArray[np.uint8]
# Height x width x (blue, green, red).
Colour: TypeAlias = npt.NDArray[np.uint8]


class Line(Struct, frozen=True):
    """What an engine saw in the picture of one line; confidence runs from 0 to 1."""

    text: str
    confidence: float


class Word(Struct, frozen=True):
    """A word found somewhere in a picture, with its box in pixels."""

    text: str
    confidence: float
    left: int
    top: int
    width: int
    height: int


class TextEngine(Protocol):
    """Reads text. Pictures hold dark text on a light ground, letters about 20 to 40 px tall."""

    @property
    def name(self) -> str:
        """The engine and its version, as in ``tesseract 5.5.2``."""

    def read_lines(self, pictures: Sequence[Grey], alphabet: str = "") -> list[Line]:
        """One line of text per picture, in order; `alphabet` limits the characters if given."""

    def find_words(self, picture: Grey) -> list[Word]:
        """The words of a whole screen, wherever they stand."""
