"""Compares readings with the truth: right, wrong or absent, and how sure the reader was."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from events.reading import Reading, Unreadable
from events.stats import Sides
from ocr_service.truth import Truth

SURE: Final = 0.9
# Edges of the steps of confidence in the calibration table.
STEPS: Final = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.01)
PHASES: Final = {
    "Half Time": "half_time",
    "Full Time": "full_time",
    "After Extra Time": "after_extra_time",
}

Value = int | str | None


class Compared(Struct, frozen=True):
    """One value: what was read, what is true, and the confidence of its field."""

    field: str
    side: str
    read: Value
    true: Value
    confidence: float

    @property
    def verdict(self) -> str:
        if self.read == self.true:
            return "right"
        return "absent" if self.read is None else "wrong"

    @property
    def is_number(self) -> bool:
        return isinstance(self.true if self.read is None else self.read, int)


def compare(outcome: Reading | Unreadable, truth: Truth) -> Iterator[Compared]:
    """Every value of the truth, and every value read that should not be there."""
    if isinstance(outcome, Unreadable):
        read: Mapping[str, Sides] = {}
        confidence: Mapping[str, float] = {}
    else:
        read = outcome.stats | {"score": outcome.score}
        read |= {"penalties": outcome.penalties} if outcome.penalties else {}
        confidence = outcome.confidence
    true: dict[str, tuple[int | None, int | None]] = {**truth.stats}
    true |= {"score": truth.score} if truth.score else {}
    true |= {"penalties": truth.penalties} if truth.penalties else {}
    for field in {**true, **read}:
        sides, pair = read.get(field, Sides()), true.get(field, (None, None))
        sure = confidence.get(field if field in {"score", "penalties"} else f"stats.{field}", 0.0)
        for side, expected in zip(("left", "right"), pair, strict=True):
            found = getattr(sides, side)
            if (found, expected) != (None, None):
                yield Compared(field, side, found, expected, sure)
    yield from _words(outcome, truth, confidence)


def _words(
    outcome: Reading | Unreadable, truth: Truth, confidence: Mapping[str, float]
) -> Iterator[Compared]:
    reading = outcome if isinstance(outcome, Reading) else None
    phase = reading.phase.value if reading and reading.phase else None
    expected = PHASES.get(truth.phase or "")
    if (phase, expected) != (None, None):
        yield Compared("phase", "", phase, expected, confidence.get("phase", 0.0))
    for side in ("left", "right"):
        name = getattr(truth, f"{side}_name") or None
        found = getattr(reading, f"{side}_name", None)
        if not truth.reason and (name, found) != (None, None):
            yield Compared("name", side, found, name, confidence.get(f"{side}_name", 0.0))


class Score:
    """Adds up comparisons over many pictures."""

    def __init__(self) -> None:
        self.fields: dict[str, Counter[str]] = defaultdict(Counter)
        self.kinds: dict[str, Counter[str]] = defaultdict(Counter)
        self.numbers: Counter[str] = Counter()
        self.steps: dict[float, Counter[str]] = defaultdict(Counter)
        self.sure_and_wrong = 0
        self.pictures = 0
        self.invented = 0
        self.outcomes: Counter[str] = Counter()

    def add(self, outcome: Reading | Unreadable, truth: Truth) -> list[Compared]:
        """Count one picture; gives back what was wrong or absent."""
        self.pictures += 1
        self.outcomes["read" if isinstance(outcome, Reading) else outcome.reason.value] += 1
        missed = []
        for one in compare(outcome, truth):
            self.fields[one.field][one.verdict] += 1
            if one.verdict != "right":
                missed.append(one)
            if one.is_number:
                self._add_number(one, truth)
        return missed

    def _add_number(self, one: Compared, truth: Truth) -> None:
        self.numbers[one.verdict] += 1
        self.kinds[truth.kind or "all"][one.verdict] += 1
        self.invented += bool(truth.reason) and one.read is not None
        if one.read is None:
            return
        step = max(edge for edge in STEPS if edge <= one.confidence)
        self.steps[step][one.verdict] += 1
        self.sure_and_wrong += one.verdict == "wrong" and one.confidence > SURE


def share(counts: Counter[str], verdict: str) -> float:
    """The part of `counts` that is `verdict`; 0 where nothing was counted."""
    return counts[verdict] / counts.total() if counts.total() else 0.0
