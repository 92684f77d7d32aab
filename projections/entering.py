"""Which matches come after all others: what is kept in the order of play only goes on with them."""

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from events.match import Match
from projections.match_numbers import Played, played_of

# A match before and after a batch of events; None is out of what is counted.
Change = tuple[Match | None, Match | None]


def entering(
    changes: Iterable[Change],
    last: tuple[datetime, UUID] | None,
    seen: Callable[[Played], Hashable],
) -> list[Played] | None:
    """The matches that enter, in order, or None where the order must be gone through anew.

    It must be where a match leaves, changes in what is `seen` of it, or enters before `last`.
    """
    entered = []
    for before, after in changes:
        was, is_now = played_of(before), played_of(after)
        if (was and seen(was)) == (is_now and seen(is_now)):
            continue
        if was is not None or is_now is None:
            return None
        entered.append(is_now)
    entered.sort(key=attrgetter("place"))
    if entered and last is not None and entered[0].place < last:
        return None
    return entered
