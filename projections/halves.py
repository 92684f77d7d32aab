"""What a batch of events changes for each player of a match: all that is shown is kept by half."""

from msgspec.structs import replace

from events.match import Match
from events.seats import halves

# The half of one player before a batch and after it. One that is gone for ever is erased.
HalfChange = tuple[Match | None, Match]


def half_changes(before: Match | None, after: Match) -> list[HalfChange]:
    """What changed for the owner, and for the friend who shares the match."""
    if after.sharing is None:
        return [(before, after)]
    was = {half.owner_id: half for half in halves(before)} if before else {}
    is_now = {half.owner_id: half for half in halves(after)}
    return [
        (was.get(player_id), is_now.get(player_id) or _gone(was[player_id]))
        for player_id in {**was, **is_now}
    ]


def is_over(match: Match) -> bool:
    """Whether nobody is left whose match it is: then nothing of it is kept."""
    return match.is_erased and match.sharer is None


def _gone(half: Match) -> Match:
    return replace(half, is_deleted=True, is_erased=True)
