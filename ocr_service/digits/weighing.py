"""Weighs what independent readers say about one number, and says how sure that makes us."""

from typing import Final

from msgspec import Struct

from ocr_service.digits.decoding import Guess
from ocr_service.engine import Line

# Both networks this sure of the same text need no third opinion.
CERTAIN: Final = 0.97
# Measured on 11,520 badly spoilt cells, half of them in faces the networks were not trained on:
# where both agree, they are wrong a seventh as often as their own probabilities would have it.
AGREEMENT: Final = 0.5
# The engine misreads about every tenth number of this face: it can tip the scales, no more.
ENGINE_AGREES: Final = 0.4
ENGINE_DISAGREES: Final = 1.5
DIVIDED: Final = 0.6
TIPPED: Final = 0.8


class Weighed(Struct, frozen=True):
    """The text that most speaks for, and the confidence that it is right (0 to 1)."""

    text: str
    confidence: float


def is_doubtful(first: Guess, second: Guess) -> bool:
    """Whether the engine should be asked as well."""
    return first.text != second.text or min(first.probability, second.probability) < CERTAIN


def weigh(first: Guess, second: Guess, line: Line | None = None) -> Weighed:
    """One reading out of two networks and, where there is doubt, the text engine."""
    if first.text != second.text:
        return _divided(first, second, line)
    doubt = AGREEMENT * (1 - (first.probability * second.probability) ** 0.5)
    if line is not None and line.text:
        doubt *= ENGINE_AGREES if line.text == first.text else ENGINE_DISAGREES
    return Weighed(first.text, max(0.0, 1 - doubt))


def _divided(first: Guess, second: Guess, line: Line | None) -> Weighed:
    """The networks differ: the engine may side with one of them."""
    surer, other = sorted((first, second), key=lambda guess: -guess.probability)
    if line is not None and line.text in {surer.text, other.text}:
        chosen = surer if line.text == surer.text else other
        return Weighed(chosen.text, TIPPED * chosen.probability)
    return Weighed(surer.text, DIVIDED * surer.probability * (1 - other.probability))
