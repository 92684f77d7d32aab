"""Standings found the slow and plain way: by going through all matches in the order of play."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from events.match import Result
from projections.match_numbers import Played
from projections.records import History, Records
from projections.streaks import Streaks


def streaks_of(results: Iterable[tuple[datetime, UUID, Result]]) -> Streaks:
    """The runs in `results`, which come in the order in which the matches were played."""
    streaks = Streaks()
    for played_at, match_id, result in results:
        streaks = streaks.then((played_at, match_id), result)
    return streaks


def records_of(matches: Iterable[Played]) -> Records:
    """The records in `matches`, which come in the order in which they were played."""
    history = History()
    for played in matches:
        history.then(played)
    return history.records()
