"""How good readings are: what players changed against what was read, by where it was read."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec import Struct
from psycopg import Cursor
from psycopg.rows import TupleRow

from events.match import Match
from events.perspective import numbers_of, perspective_of
from events.stats import Pair
from projections.upsert import Upsert

# Heights of common screens; a picture counts to the first that it does not exceed.
HEIGHTS: Final = (480, 540, 720, 1080, 1440)
_COLUMNS: Final = {
    **dict.fromkeys(("series", "engine", "screen", "size", "field"), "text"),
    **dict.fromkeys(("compared", "corrected"), "int8"),
}
_INSERT: Final = Upsert("reading_quality", _COLUMNS, key=None)
_UPSERT: Final = Upsert(
    "reading_quality",
    _COLUMNS,
    "series",
    summed=("compared", "corrected"),
    kept=("engine", "screen", "size", "field"),
)


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
    read, said = numbers_of(match.reading, side), match.confirmed
    pairs: dict[str, tuple[Pair, Pair | None]] = {"score": (read.score, said.score)}
    if read.penalties:
        pairs["penalties"] = (read.penalties, said.penalties)
    for key, pair in read.stats.items():
        pairs[f"stats.{key}"] = (pair, said.stats.get(key))
    return {field: _differs(seen, told) for field, (seen, told) in pairs.items() if told}


def counts_of(match: Match | None) -> dict[Series, Tried]:
    """What a match adds to the counts, deleted or not: it was read all the same.

    Of an erased one the names are gone, and with them what told the player's side.
    """
    if match is None or match.reading is None or match.is_erased:
        return {}
    reading, size = match.reading, size_of(match.width, match.height)
    return {
        Series(reading.engine, reading.screen, size, field): Tried(1, int(is_corrected))
        for field, is_corrected in comparison(match).items()
    }


def size_of(width: int, height: int) -> str:
    """The class of a picture by its shorter side, such as ``720p``."""
    shorter = min(width, height)
    return next((f"{limit}p" for limit in HEIGHTS if shorter <= limit), "larger")


class Tries:
    """Counts that are summed up before they are written."""

    def __init__(self) -> None:
        self._compared: Counter[Series] = Counter()
        self._corrected: Counter[Series] = Counter()

    def change(self, before: Match | None, after: Match) -> None:
        """A match was `before` and is `after` now."""
        self._add(counts_of(before), -1)
        self._add(counts_of(after), 1)

    def rows(self) -> list[dict[str, Any]]:
        """What changed, as rows of the table `reading_quality`."""
        return [
            {
                "series": series.key,
                "engine": series.engine,
                "screen": series.screen,
                "size": series.size,
                "field": series.field,
                "compared": compared,
                "corrected": self._corrected[series],
            }
            for series, compared in self._compared.items()
            if compared or self._corrected[series]
        ]

    def _add(self, counts: Mapping[Series, Tried], times: int) -> None:
        for series, tried in counts.items():
            self._compared[series] += times * tried.compared
            self._corrected[series] += times * tried.corrected


def write(cursor: Cursor[TupleRow], tries: Tries) -> None:
    """Add the counts to those in the table; a series that counts nothing has no row."""
    rows = tries.rows()
    if not rows:
        return
    _UPSERT.write(cursor, [tuple(row.values()) for row in rows])
    if any(row["compared"] < 0 for row in rows):
        cursor.execute("DELETE FROM reading_quality WHERE compared = 0")


def write_new(cursor: Cursor[TupleRow], tries: Tries) -> None:
    """Fill the table, which is empty and may have no index yet."""
    _INSERT.write(cursor, [tuple(row.values()) for row in tries.rows()])


def _differs(seen: Pair, told: Pair) -> bool:
    """Whether a number that was read is another one now; what was not read is left out."""
    numbers: Iterable[tuple[int | None, int | None]] = (
        (seen.user, told.user),
        (seen.opponent, told.opponent),
    )
    return any(read is not None and said not in (None, read) for read, said in numbers)
