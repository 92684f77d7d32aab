"""The numbers of the panel: thirteen rows on both sides, the score, and a shoot-out."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from events.stats import STATISTICS
from ocr_service.checks import is_in_range
from ocr_service.digits import guesses
from ocr_service.digits.weighing import Weighed, is_doubtful, weigh
from ocr_service.engine import Grey, TextEngine
from ocr_service.layouts.efootball.cells import score_cells, score_lines, table_cells, table_lines
from ocr_service.layouts.efootball.header import Header
from ocr_service.layouts.efootball.panel import Panel

DIGITS: Final = "0123456789%"


class Number(Struct, frozen=True):
    """A read number with its confidence; ``None`` where nothing could be made out."""

    value: int | None = None
    confidence: float = 0.0
    has_percent: bool = False


class Numbers(Struct, frozen=True):
    """All numbers of the panel; `rows` has a left and a right number for each statistic."""

    score: tuple[Number, Number]
    rows: tuple[tuple[Number, Number], ...]


def read_numbers(panel: Panel, header: Header, engine: TextEngine) -> Numbers:
    """Read every number."""
    cells = [*table_cells(panel), *score_cells(panel, header)]
    weighed = weigh_cells(cells, [*table_lines(panel), *score_lines(panel, header)], engine)
    count = 2 * len(STATISTICS)
    table = [_statistic(one, place // 2) for place, one in enumerate(weighed[:count])]
    score = [_score(one) for one in weighed[count:]] or [Number(), Number()]
    return Numbers(
        score=(score[0], score[1]),
        rows=tuple((table[place], table[place + 1]) for place in range(0, count, 2)),
    )


def weigh_cells(cells: Sequence[Grey], lines: Sequence[Grey], engine: TextEngine) -> list[Weighed]:
    """What the networks see in `cells`; where in doubt, the engine reads the same in `lines`."""
    pairs = guesses(cells)
    doubtful = [place for place, pair in enumerate(pairs) if is_doubtful(*pair)]
    seen = engine.read_lines([lines[place] for place in doubtful], DIGITS)
    asked = dict(zip(doubtful, seen, strict=True))
    return [weigh(*pair, asked.get(place)) for place, pair in enumerate(pairs)]


def whole_number(text: str) -> int | None:
    """`text` as a number, if it is one without leading zeros."""
    return int(text) if text.isdecimal() and str(int(text)) == text else None


def _statistic(weighed: Weighed, row: int) -> Number:
    text = weighed.text.removesuffix("%")
    has_percent = text != weighed.text
    value = whole_number(text)
    # Possession is the only row with a percent sign: elsewhere it is a misread digit.
    if value is None or has_percent != (row == 0) or not is_in_range(STATISTICS[row], value):
        return Number(has_percent=has_percent)
    return Number(value, weighed.confidence, has_percent)


def _score(weighed: Weighed) -> Number:
    value = whole_number(weighed.text)
    return Number() if value is None or value > 99 else Number(value, weighed.confidence)
