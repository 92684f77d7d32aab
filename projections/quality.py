"""How good readings are: what players changed against what was read, by where it was read."""

from collections import Counter
from functools import lru_cache
from typing import Any, Final
from uuid import NAMESPACE_OID, UUID, uuid5

from msgspec import Struct

from events.match import Match
from events.perspective import perspective_of
from events.stats import STATISTICS, Pair, Side, Sides
from projections.copying import Copy
from projections.upsert import Upsert, Writes

# Heights of common screens; a picture counts to the first that it does not exceed.
HEIGHTS: Final = (480, 540, 720, 1080, 1440)
_FIELDS: Final = {key: f"stats.{key}" for key in STATISTICS}
_COLUMNS: Final = {
    "outcome_id": "uuid",
    **dict.fromkeys(("engine", "screen", "size", "compared", "corrected"), "text"),
    "matches": "int8",
}
COPY: Final = Copy("reading_quality", _COLUMNS)
_UPSERT: Final = Upsert(
    "reading_quality",
    _COLUMNS,
    "outcome_id",
    summed=("matches",),
    kept=("engine", "screen", "size", "compared", "corrected"),
)


class Outcome(Struct, frozen=True):
    """How a reading came out: where and by what was read, and which fields players changed.

    A field is ``score``, ``penalties`` or ``stats.<statistic>``.
    """

    engine: str
    screen: str
    size: str
    compared: tuple[str, ...]
    corrected: tuple[str, ...]

    @property
    def row(self) -> tuple[UUID, str, str, str, str, str]:
        """The row of the table `reading_quality`, without its number."""
        compared, corrected = (" ".join(sorted(each)) for each in (self.compared, self.corrected))
        named = (self.engine, self.screen, self.size, compared, corrected)
        return uuid5(NAMESPACE_OID, "|".join(named)), *named


def comparison(match: Match) -> dict[str, bool]:
    """Each field that was read and confirmed, and whether the player changed it.

    A value that was not read is none that was read wrongly, so it does not count here.
    """
    if match.reading is None or match.confirmed is None:
        return {}
    side = match.confirmed.seen_from or perspective_of(match).side_or_left
    is_right = side is Side.RIGHT
    read, said = match.reading, match.confirmed
    compared = {"score": _differs(read.score, said.score, is_right=is_right)}
    if read.penalties and said.penalties:
        compared["penalties"] = _differs(read.penalties, said.penalties, is_right=is_right)
    stats = said.stats
    for key, seen in read.stats.items():
        told = stats.get(key)
        if told is not None:
            # Equal numbers, which most are, are told apart without a call.
            left, right = (told.opponent, told.user) if is_right else (told.user, told.opponent)
            is_other = seen.left != left or seen.right != right
            compared[_FIELDS.get(key) or f"stats.{key}"] = is_other and _differs(
                seen, told, is_right=is_right
            )
    return compared


def outcome_of(match: Match | None) -> Outcome | None:
    """How the reading of a match came out, deleted or not: it was read all the same.

    Of an erased one the names are gone, and with them what told the player's side.
    """
    if match is None or match.reading is None or match.confirmed is None or match.is_erased:
        return None
    reading, compared = match.reading, comparison(match)
    return Outcome(
        reading.engine,
        reading.screen,
        size_of(match.width, match.height),
        tuple(compared),
        tuple([field for field, is_corrected in compared.items() if is_corrected]),
    )


@lru_cache(1000)
def size_of(width: int, height: int) -> str:
    """The class of a picture by its shorter side, such as ``720p``."""
    shorter = min(width, height)
    return next((f"{limit}p" for limit in HEIGHTS if shorter <= limit), "larger")


class Tries:
    """Counts that are summed up before they are written.

    Most matches come out like others, with nothing corrected: so it is outcomes that are counted,
    not fields.
    """

    def __init__(self) -> None:
        self._times: Counter[Outcome] = Counter()

    def change(self, before: Match | None, after: Match) -> None:
        """A match was `before` and is `after` now."""
        if was := outcome_of(before):
            self._times[was] -= 1
        if is_now := outcome_of(after):
            self._times[is_now] += 1

    def rows(self) -> list[tuple[Any, ...]]:
        """What changed, as rows of the table `reading_quality`."""
        changed: Counter[tuple[Any, ...]] = Counter()  # fields may have come in any order
        for outcome, times in self._times.items():
            if times:
                changed[outcome.row] += times
        return [(*row, times) for row, times in changed.items() if times]


def write(writes: Writes, tries: Tries) -> None:
    """Add the counts to those in the table; an outcome that no match has any more has no row."""
    rows = tries.rows()
    writes.add(_UPSERT, rows)
    if any(times < 0 for *_, times in rows):
        writes.flush().execute("DELETE FROM reading_quality WHERE matches = 0")


def _differs(seen: Sides, told: Pair, *, is_right: bool) -> bool:
    """Whether a number that was read is another one now; what was not read is left out."""
    user, opponent = (seen.right, seen.left) if is_right else (seen.left, seen.right)
    return (user is not None and told.user is not None and user != told.user) or (
        opponent is not None and told.opponent is not None and opponent != told.opponent
    )
