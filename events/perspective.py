"""The same reading seen by its player: which side is theirs, and the numbers from there."""

from collections.abc import Collection

from msgspec import Struct

from events.match_state import Match
from events.names import fold
from events.reading import Reading
from events.stats import Pair, Side, seen_from

SIDE_UNKNOWN = (
    "Which side is yours is not known, so the left one was taken; change it if that is wrong."
)


class Perspective(Struct, frozen=True):
    """The player's side of the screen and why it is taken for that; `side` is None if unknown."""

    side: Side | None
    reason: str

    @property
    def side_or_left(self) -> Side:
        return self.side or Side.LEFT


class SeenNumbers(Struct, frozen=True):
    """Score, penalties and statistics as the player sees them."""

    score: Pair
    penalties: Pair | None
    stats: dict[str, Pair]


def perspective_of(match: Match) -> Perspective:
    """Which side of the screen is the owner's."""
    return perspective(match.side, match.opponent_name, match.reading, match.own_names)


def perspective(
    said: Side | None,
    opponent_name: str,
    reading: Reading | None,
    own_names: Collection[str] = (),
) -> Perspective:
    """Which side of the screen is the player's: as said, or by the names.

    The opponent's name counts before the folded `own_names` that the player had before.
    """
    if said:
        return Perspective(said, "The player said so.")
    if reading is None:
        return Perspective(None, "Nothing was read yet.")
    opponent = fold(opponent_name)
    on_left = _is_named(opponent, reading.left_name)
    on_right = _is_named(opponent, reading.right_name)
    if on_left != on_right:
        if on_left:
            return Perspective(Side.RIGHT, "The opponent's name stands on the left.")
        return Perspective(Side.LEFT, "The opponent's name stands on the right.")
    return _by_own_names(own_names, reading)


def side_seen_from(match: Match, opponent_name: str) -> Side | None:
    """The side that numbers are seen from when nobody says one: a later name turns nothing."""
    if match.confirmed:
        return match.confirmed.seen_from
    if match.reading is None:
        return None
    return perspective(match.side, opponent_name, match.reading, match.own_names).side_or_left


def _by_own_names(own_names: Collection[str], reading: Reading) -> Perspective:
    on_left = reading.left_name is not None and fold(reading.left_name) in own_names
    on_right = reading.right_name is not None and fold(reading.right_name) in own_names
    if on_left == on_right:
        return Perspective(None, "Neither name on the screen alone tells whose side it is.")
    if on_left:
        return Perspective(Side.LEFT, "The player had the name on the left in earlier matches.")
    return Perspective(Side.RIGHT, "The player had the name on the right in earlier matches.")


def numbers_of(reading: Reading, side: Side) -> SeenNumbers:
    """The numbers of `reading` as the player on `side` sees them."""
    return SeenNumbers(
        score=seen_from(side, reading.score),
        penalties=seen_from(side, reading.penalties) if reading.penalties else None,
        stats=_stats_of(reading, side),
    )


def _stats_of(reading: Reading, side: Side) -> dict[str, Pair]:
    # Not by `seen_from`, which would be called a dozen times for each match of a rebuild.
    if side is Side.LEFT:
        return {key: Pair(sides.left, sides.right) for key, sides in reading.stats.items()}
    return {key: Pair(sides.right, sides.left) for key, sides in reading.stats.items()}


def _is_named(folded: str, name: str | None) -> bool:
    return name is not None and fold(name) == folded
