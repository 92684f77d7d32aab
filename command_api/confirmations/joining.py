"""Which own match is the same as one that is about to be shared: then it is not counted twice."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from events.comparing import compare
from events.match import Match, Status
from events.perspective import SeenNumbers, numbers_of
from events.refusals import Invalid
from events.sharing import Verification
from events.stats import Pair, Side

# Two statistics and the score, all of both players, are hardly the same twice within two days.
FEWEST_STATISTICS: Final = 2
PLAYED_WITHIN: Final = timedelta(days=2)
NOT_YOURS: Final = "There is no match of yours here that could be joined with this one."
OTHER_SCORE: Final = "That match has another score; correct it first, or leave it as it is."


class Likeness(Struct, frozen=True, order=True):
    """How alike two matches are: statistics that agree, and how near in time they were played."""

    agreeing: int
    nearness: float


def same_match(shared: Match, player_id: UUID, own: Iterable[Match]) -> Match | None:
    """The own match of `player_id` that is the most like `shared`, which is turned to them.

    It is one if nothing of its numbers contradicts, and enough agrees.
    """
    alike = [(likeness, match) for match in own if (likeness := _likeness(shared, match))]
    alike = [(likeness, match) for likeness, match in alike if is_joinable(match, player_id)]
    best = max(alike, key=lambda each: each[0], default=None)
    return best[1] if best else None


def named_match(shared: Match, player_id: UUID, own: Match | None) -> Match:
    """The own match that the player names; raises `Invalid` where it cannot be the same one."""
    if own is None or not is_joinable(own, player_id) or own.id == shared.id:
        raise Invalid("The matches cannot be joined.", {"match_id": [NOT_YOURS]})
    wanted = shared.confirmed.score if shared.confirmed else Pair()
    if not any(numbers.score == wanted for numbers in _views(own)):
        raise Invalid("The matches cannot be joined.", {"match_id": [OTHER_SCORE]})
    return own


def is_joinable(match: Match, player_id: UUID) -> bool:
    """Whether a match is one's own, is there, and concerns nobody else yet."""
    return (
        match.owner_id == player_id
        and not match.is_deleted
        and match.status in (Status.CONFIRMED, Status.EXTRACTED)
        and match.verification is Verification.NONE
        and match.sharer is None
    )


def _likeness(shared: Match, own: Match) -> Likeness | None:
    if shared.confirmed is None or abs(shared.played_at - own.played_at) > PLAYED_WITHIN:
        return None
    agreeing = max((_agreeing(shared, numbers) for numbers in _views(own)), default=-1)
    if agreeing < FEWEST_STATISTICS:
        return None
    return Likeness(agreeing, -abs((shared.played_at - own.played_at).total_seconds()))


def _views(own: Match) -> list[SeenNumbers]:
    """The numbers of a match: confirmed, or else as read from either side."""
    if own.confirmed:
        confirmed = own.confirmed
        return [SeenNumbers(confirmed.score, confirmed.penalties, confirmed.stats)]
    return [numbers_of(own.reading, side) for side in Side] if own.reading else []


def _agreeing(shared: Match, numbers: SeenNumbers) -> int:
    """How many statistics agree; -1 where anything contradicts, or a score is not known."""
    assert shared.confirmed  # noqa: S101  # only what is confirmed is shared
    compared = compare(shared.confirmed, numbers)
    if compared.differs or "score" not in compared.agrees:
        return -1
    return sum(name.startswith("stats.") for name in compared.agrees)
