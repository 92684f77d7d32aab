"""The other player's screenshot beside the confirmed numbers: where they agree and where not."""

from msgspec import Struct

from events.match import Confirmed
from events.perspective import SeenNumbers, numbers_of
from events.reading import Reading
from events.stats import Pair, Side


class Difference(Struct, frozen=True):
    """One field as it is confirmed and as it was read, both seen by the same player."""

    confirmed: Pair
    read: Pair


class Compared(Struct, frozen=True):
    """Fields by name (``score``, ``penalties``, ``stats.shots``); unread ones are in neither."""

    agrees: list[str]
    differs: dict[str, Difference]


def compare_reading(confirmed: Confirmed, reading: Reading, likely: Side | None) -> Compared:
    """The confirmed numbers beside `reading`, from the side of it that fits them better.

    Where both fit alike, the `likely` one is taken: eFootball shows both players the same sides.
    """
    first = likely or Side.LEFT
    sides = (first, first.opposite)
    seen = [compare(confirmed, numbers_of(reading, side)) for side in sides]
    return max(seen, key=lambda each: len(each.agrees) - len(each.differs))


def compare(confirmed: Confirmed, others: SeenNumbers) -> Compared:
    """The confirmed numbers beside others, both seen by the same player."""
    agrees: list[str] = []
    differs: dict[str, Difference] = {}
    for name, said, seen in _fields(confirmed, others):
        if _contradict(said, seen):
            differs[name] = Difference(said, seen)
        elif _is_known(said) and _is_known(seen):
            agrees.append(name)
    return Compared(agrees, differs)


def _fields(confirmed: Confirmed, read: SeenNumbers) -> list[tuple[str, Pair, Pair]]:
    keys = [key for key in confirmed.stats if key in read.stats]
    return [
        ("score", confirmed.score, read.score),
        ("penalties", confirmed.penalties or Pair(), read.penalties or Pair()),
        *((f"stats.{key}", confirmed.stats[key], read.stats[key]) for key in keys),
    ]


def _contradict(said: Pair, seen: Pair) -> bool:
    pairs = ((said.user, seen.user), (said.opponent, seen.opponent))
    return any(a is not None and b is not None and a != b for a, b in pairs)


def _is_known(pair: Pair) -> bool:
    return pair.user is not None and pair.opponent is not None
