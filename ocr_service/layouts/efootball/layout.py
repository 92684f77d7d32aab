"""From a picture of the eFootball statistics screen to a reading; nothing if it is another."""

from typing import Final

from events.reading import FailureReason, Reading, Unreadable
from events.stats import STATISTICS, Sides
from ocr_service.checks import (
    contradictions,
    phase_warnings,
    shoot_out_contradictions,
    unread,
)
from ocr_service.digits import VERSION
from ocr_service.engine import Colour, TextEngine
from ocr_service.layouts.efootball.header import find_header
from ocr_service.layouts.efootball.labels import are_of_a_match
from ocr_service.layouts.efootball.names import Name, read_names
from ocr_service.layouts.efootball.numbers import Number, Numbers, read_numbers
from ocr_service.layouts.efootball.panel import find_panel
from ocr_service.layouts.efootball.wording import Strip, read_strip

SCREEN: Final = "efootball.match_stats"
LEAST_CONFIDENCE: Final = 0.8
FEWEST_ROWS: Final = 7
# Numbers that cannot all be right stay only where each by itself is beyond doubt.
BEYOND_DOUBT: Final = 0.97
DOUBTED: Final = 0.8


def read(image: Colour, engine: TextEngine) -> Reading | Unreadable | None:
    """The reading of `image`, or nothing where it holds no such screen."""
    panel = find_panel(image)
    if panel is None:
        return None
    header = find_header(panel)
    numbers = read_numbers(panel, header, engine)
    has_percent = any(number.has_percent for number in numbers.rows[0])
    if not has_percent and not are_of_a_match(panel, engine):
        return None  # thirteen rows, but of something else
    stats = _statistics(numbers, least=LEAST_CONFIDENCE)
    if sum(sides.is_complete for sides in stats.values()) < FEWEST_ROWS:
        return Unreadable(
            reason=FailureReason.UNREADABLE,
            detail="This is eFootball's statistics screen, but its numbers are too blurred or too"
            " small to read. Please send the original screenshot.",
        )
    score = _sides(numbers.score, LEAST_CONFIDENCE)
    strip = read_strip(panel, header, engine)
    left, right = read_names(panel, header, engine)
    confidence = _confidence(numbers, strip, left, right)
    penalties = _penalties(strip)
    objections = [*contradictions(stats), *shoot_out_contradictions(score, penalties)]
    certain = _statistics(numbers, least=BEYOND_DOUBT)
    for doubted, _ in objections:
        for statistic in doubted:
            stats[statistic] = certain[statistic]
            key = f"stats.{statistic}"
            confidence[key] = min(confidence[key], DOUBTED)
    warnings = [
        *unread(stats, score, penalties),
        *(sentence for _, sentence in objections),
        *phase_warnings(strip.phase),
        *_name_warnings(left, right),
    ]
    return Reading(
        screen=SCREEN,
        phase=strip.phase,
        left_name=left.text,
        right_name=right.text,
        score=score,
        penalties=penalties,
        stats={statistic: sides for statistic, sides in stats.items() if sides != Sides()},
        confidence={key: round(value, 4) for key, value in confidence.items()},
        warnings=tuple(warnings),
        engine=f"{engine.name} + digits {VERSION}",
        milliseconds=0,
    )


def _statistics(numbers: Numbers, least: float) -> dict[str, Sides]:
    return {
        statistic: _sides(pair, least)
        for statistic, pair in zip(STATISTICS, numbers.rows, strict=True)
    }


def _sides(pair: tuple[Number, Number], least: float) -> Sides:
    left, right = (number.value if number.confidence >= least else None for number in pair)
    return Sides(left, right)


def _penalties(strip: Strip) -> Sides | None:
    return strip.penalties and _sides(strip.penalties, LEAST_CONFIDENCE)


def _confidence(numbers: Numbers, strip: Strip, left: Name, right: Name) -> dict[str, float]:
    pairs = {"score": numbers.score} | ({"penalties": strip.penalties} if strip.penalties else {})
    pairs |= {
        f"stats.{statistic}": pair for statistic, pair in zip(STATISTICS, numbers.rows, strict=True)
    }
    return {key: min(one.confidence, other.confidence) for key, (one, other) in pairs.items()} | {
        "phase": strip.phase_confidence,
        "left_name": left.confidence,
        "right_name": right.confidence,
    }


def _name_warnings(left: Name, right: Name) -> list[str]:
    return [
        f"The name of the team on the {side} could not be read. Please type it in."
        for side, name in (("left", left), ("right", right))
        if name.text is None
    ]
