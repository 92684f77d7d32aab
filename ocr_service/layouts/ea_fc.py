"""The match facts screen of EA FC and FIFA: recognised, not read yet."""

import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches
from statistics import median
from typing import Final

import cv2
import numpy as np
from msgspec import Struct

from events.reading import FailureReason, Unreadable
from ocr_service.engine import Colour, Grey, TextEngine, Word

# Rows of the match facts, in the languages seen so far, without accents and signs.
LABELS: Final = (
    "shots",
    "shots on target",
    "possession",
    "tackles",
    "tackles won",
    "fouls",
    "fouls committed",
    "corners",
    "shot accuracy",
    "pass accuracy",
    "passes",
    "interceptions",
    "offsides",
    "saves",
    "free kicks",
    "yellow cards",
    "strzaty",
    "strzaty celne",
    "posiadanie pitki",
    "przejecia",
    "faule",
    "rzuty rozne",
    "celnosc strzatow",
    "doktadnosc podan",
)
FEWEST_LABELS: Final = 4
FEWEST_NUMBERS: Final = 2
WORKING_WIDTH: Final = 1600
LEAST_ASPECT: Final = 1.2
MOST_LOPSIDED: Final = 1.25


class _Phrase(Struct, frozen=True):
    """Neighbouring words of one line."""

    text: str
    left: int
    right: int
    down: float
    height: int

    @property
    def across(self) -> float:
        return (self.left + self.right) / 2


def read(image: Colour, engine: TextEngine) -> Unreadable | None:
    """Say that the screen is known but not supported, or nothing where it is another."""
    height, width = image.shape[:2]
    if width < height * LEAST_ASPECT:
        return None
    phrases = _phrases(engine.find_words(_working(image)))
    if not _is_match_facts(phrases):
        return None
    return Unreadable(
        reason=FailureReason.UNSUPPORTED_SCREEN,
        detail="This looks like the statistics of another football game, such as EA FC. Only"
        " eFootball's statistics screen can be read so far.",
    )


def _working(image: Colour) -> Grey:
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    scale = min(1.0, WORKING_WIDTH / grey.shape[1])
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(grey, dtype=np.uint8)


def _phrases(words: Sequence[Word]) -> list[_Phrase]:
    """Words that follow each other on a line, put together."""
    phrases: list[_Phrase] = []
    for word in words:
        middle = word.top + word.height / 2
        before = phrases[-1] if phrases else None
        if (
            before
            and abs(before.down - middle) < before.height / 2
            and 0 <= word.left - before.right < before.height
        ):
            phrases[-1] = _Phrase(
                f"{before.text} {word.text}",
                before.left,
                word.left + word.width,
                before.down,
                before.height,
            )
        else:
            phrases.append(
                _Phrase(word.text, word.left, word.left + word.width, middle, word.height)
            )
    return phrases


def _is_label(text: str) -> bool:
    letters = unicodedata.normalize("NFKD", text.replace("ł", "t")).casefold()
    plain = " ".join(
        "".join(
            letter if letter.isalpha() else " "
            for letter in letters
            if not unicodedata.combining(letter)
        ).split()
    )
    return bool(get_close_matches(plain, LABELS, n=1, cutoff=0.85))


def _is_number(text: str) -> bool:
    return any(letter.isdigit() for letter in text) and sum(map(str.isalpha, text)) <= 1


def _is_match_facts(phrases: Sequence[_Phrase]) -> bool:
    """Whether known labels stand one above the other, between two columns of numbers."""
    labels = [phrase for phrase in phrases if _is_label(phrase.text)]
    if not labels:
        return False
    axis = median(label.across for label in labels)
    rows = [label for label in labels if abs(label.across - axis) < label.height]
    if len(rows) < FEWEST_LABELS:
        return False
    numbers = [
        phrase
        for phrase in phrases
        if _is_number(phrase.text) and any(abs(phrase.down - row.down) < row.height for row in rows)
    ]
    # Engines miss single digits: a column counts when two of its numbers were seen.
    left = [axis - number.left for number in numbers if number.right < axis]
    right = [number.right - axis for number in numbers if number.left > axis]
    return _mirrored(left, right) >= FEWEST_NUMBERS and _mirrored(right, left) >= FEWEST_NUMBERS


def _mirrored(distances: Sequence[float], others: Sequence[float]) -> int:
    """How many distances from the axis have an equal on the other side."""
    return sum(
        any(1 / MOST_LOPSIDED < distance / other < MOST_LOPSIDED for other in others)
        for distance in distances
    )
