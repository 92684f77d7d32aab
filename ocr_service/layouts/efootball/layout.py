"""From a picture of the eFootball statistics screen to a reading; nothing if it is another."""

from typing import Final

import cv2
import numpy as np

from events.reading import FailureReason, Reading, Unreadable
from events.stats import STATISTICS, Sides
from ocr_service.checks import contradictions, phase_warning, unread
from ocr_service.engine import Colour, Grey, TextEngine
from ocr_service.layouts.efootball import geometry
from ocr_service.layouts.efootball.names import Name, read_names
from ocr_service.layouts.efootball.numbers import Number, Numbers, read_numbers
from ocr_service.layouts.efootball.panel import Panel, find_panel
from ocr_service.layouts.efootball.phases import phase_of

SCREEN: Final = "efootball.match_stats"
LEAST_CONFIDENCE: Final = 0.7
FEWEST_NUMBERS: Final = 13
DOUBTED: Final = 0.5
PHASE_SCALE: Final = 40


def read(image: Colour, engine: TextEngine) -> Reading | Unreadable | None:
    """The reading of `image`, or nothing where it holds no such screen."""
    panel = find_panel(image)
    if panel is None:
        return None
    numbers = read_numbers(panel, engine)
    if not any(number.has_percent for number in numbers.rows[0]):
        return None  # thirteen rows, but not of a match
    stats = {
        statistic: Sides(_sure(left), _sure(right))
        for statistic, (left, right) in zip(STATISTICS, numbers.rows, strict=True)
    }
    if sum(sides.is_complete for sides in stats.values()) * 2 < FEWEST_NUMBERS:
        return Unreadable(
            reason=FailureReason.UNREADABLE,
            detail="This is eFootball's statistics screen, but its numbers are too blurred or too"
            " small to read. Please send the original screenshot.",
        )
    score = Sides(_sure(numbers.score[0]), _sure(numbers.score[1]))
    (phase_text,) = engine.read_lines([_phase_picture(panel)])
    phase, likeness = phase_of(phase_text.text)
    left, right = read_names(panel, engine)
    confidence = _confidence(numbers, left, right) | {"phase": likeness}
    warnings = list(unread(stats, score))
    for doubted, sentence in contradictions(stats):
        warnings.append(sentence)
        for statistic in doubted:
            key = f"stats.{statistic}"
            confidence[key] = min(confidence[key], DOUBTED)
    warnings += [sentence for sentence in (phase_warning(phase),) if sentence]
    warnings += _name_warnings(left, right)
    return Reading(
        screen=SCREEN,
        phase=phase,
        left_name=left.text,
        right_name=right.text,
        score=score,
        penalties=None,
        stats={statistic: sides for statistic, sides in stats.items() if sides != Sides()},
        confidence={key: round(value, 4) for key, value in confidence.items()},
        warnings=tuple(warnings),
        engine=engine.name,
        milliseconds=0,
    )


def _sure(number: Number) -> int | None:
    return number.value if number.confidence >= LEAST_CONFIDENCE else None


def _phase_picture(panel: Panel) -> Grey:
    strip = panel.cut(geometry.PHASE, PHASE_SCALE)
    return np.asarray(
        cv2.copyMakeBorder(strip[3:-3], 10, 10, 10, 10, cv2.BORDER_REPLICATE), dtype=np.uint8
    )


def _confidence(numbers: Numbers, left: Name, right: Name) -> dict[str, float]:
    pairs = {"score": numbers.score} | {
        f"stats.{statistic}": pair for statistic, pair in zip(STATISTICS, numbers.rows, strict=True)
    }
    return {key: min(one.confidence, other.confidence) for key, (one, other) in pairs.items()} | {
        "left_name": left.confidence,
        "right_name": right.confidence,
    }


def _name_warnings(left: Name, right: Name) -> list[str]:
    return [
        f"The name of the team on the {side} could not be read. Please type it in."
        for side, name in (("left", left), ("right", right))
        if name.text is None
    ]
