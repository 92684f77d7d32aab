"""How good readings are: what players changed against what was read, by where it was read."""

from collections import Counter
from functools import lru_cache
from typing import Any, Final

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
    **dict.fromkeys(("series", "engine", "screen", "size", "field"), "text"),
    **dict.fromkeys(("compared", "corrected"), "int8"),
}
COPY: Final = Copy("reading_quality", _COLUMNS)
_UPSERT: Final = Upsert(
    "reading_quality",
    _COLUMNS,
    "series",
    summed=("compared", "corrected"),
    kept=("engine", "screen", "size", "field"),
)


# Engine, screen and size, the fields that were compared, and whether each was corrected.
_Outcome = tuple[str, str, str, tuple[str, ...], tuple[bool, ...]]


class Series(Struct, frozen=True):
    """What is counted together; `field` is ``score``, ``penalties`` or ``stats.<statistic>``."""

    engine: str
    screen: str
    size: str
    field: str

    @property
    def key(self) -> str:
        """The same for equal series, and for no others."""
        return "|".join((self.engine, self.screen, self.size, self.field))


class Tried(Struct, frozen=True):
    """Values that were read and then confirmed, and how many of them the player changed."""

    compared: int = 0
    corrected: int = 0


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


def counts_of(match: Match | None) -> dict[Series, Tried]:
    """What a match adds to the counts, deleted or not: it was read all the same.

    Of an erased one the names are gone, and with them what told the player's side.
    """
    outcome = _outcome_of(match)
    if outcome is None:
        return {}
    engine, screen, size, fields, corrected = outcome
    return {
        Series(engine, screen, size, field): Tried(1, int(is_corrected))
        for field, is_corrected in zip(fields, corrected, strict=True)
    }


def _outcome_of(match: Match | None) -> _Outcome | None:
    if match is None or match.reading is None or match.confirmed is None or match.is_erased:
        return None
    reading, size = match.reading, size_of(match.width, match.height)
    compared = comparison(match)
    return reading.engine, reading.screen, size, tuple(compared), tuple(compared.values())


@lru_cache(1000)
def size_of(width: int, height: int) -> str:
    """The class of a picture by its shorter side, such as ``720p``."""
    shorter = min(width, height)
    return next((f"{limit}p" for limit in HEIGHTS if shorter <= limit), "larger")


class Tries:
    """Counts that are summed up before they are written.

    Most matches come out like others, with nothing corrected: such are counted, not their fields.
    """

    def __init__(self) -> None:
        self._times: Counter[_Outcome] = Counter()

    def change(self, before: Match | None, after: Match) -> None:
        """A match was `before` and is `after` now."""
        if was := _outcome_of(before):
            self._times[was] -= 1
        if is_now := _outcome_of(after):
            self._times[is_now] += 1

    def rows(self) -> list[dict[str, Any]]:
        """What changed, as rows of the table `reading_quality`."""
        all_compared: Counter[Series] = Counter()
        all_corrected: Counter[Series] = Counter()
        for (engine, screen, size, fields, corrected), times in self._times.items():
            for field, is_corrected in zip(fields, corrected, strict=True):
                series = Series(engine, screen, size, field)
                all_compared[series] += times
                all_corrected[series] += times * is_corrected
        return [
            {
                "series": series.key,
                "engine": series.engine,
                "screen": series.screen,
                "size": series.size,
                "field": series.field,
                "compared": compared,
                "corrected": all_corrected[series],
            }
            for series, compared in all_compared.items()
            if compared or all_corrected[series]
        ]


def write(writes: Writes, tries: Tries) -> None:
    """Add the counts to those in the table; a series that counts nothing has no row."""
    rows = tries.rows()
    if not rows:
        return
    writes.add(_UPSERT, [tuple(row.values()) for row in rows])
    if any(row["compared"] < 0 for row in rows):
        writes.flush().execute("DELETE FROM reading_quality WHERE compared = 0")


def _differs(seen: Sides, told: Pair, *, is_right: bool) -> bool:
    """Whether a number that was read is another one now; what was not read is left out."""
    user, opponent = (seen.right, seen.left) if is_right else (seen.left, seen.right)
    return (user is not None and told.user is not None and user != told.user) or (
        opponent is not None and told.opponent is not None and opponent != told.opponent
    )
