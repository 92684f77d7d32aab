"""Head-to-head: kept by increments, it equals a plain recount of the matches against each name."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import msgspec
from hypothesis import given
from msgspec.structs import replace

from events.match import Match, Result, evolve
from events.matches import StatsConfirmed
from events.names import fold
from events.stats import Pair
from projections.entering import Change, entering
from projections.match_numbers import Played, played_of
from projections.opponents import (
    HeadToHead,
    Meetings,
    OpponentView,
    Rivals,
    by_rivals,
    opponent_row,
    respelled,
    seen_by_meetings,
)
from projections.tally import Tally
from tests.examples import EXAMPLES, NOON, UPLOADED
from tests.projections.histories import Happened, happenings, told

WON = Pair(1, 0)
CONFIRMED = EXAMPLES["match.stats_confirmed.v1"]


def confirmed(number: int, name: str, score: Pair = WON) -> Match:
    """A match that was played at the hour `number`."""
    assert isinstance(CONFIRMED, StatsConfirmed)
    match_id, played_at = UUID(int=number), NOON + timedelta(hours=number)
    uploaded = evolve(None, replace(UPLOADED, match_id=match_id))
    confirmation = replace(
        CONFIRMED, match_id=match_id, opponent_name=name, score=score, played_at=played_at
    )
    return evolve(uploaded, confirmation)


def counted(matches: Iterable[Match]) -> list[Played]:
    """The matches that count, in the order of play."""
    played = [played_of(match) for match in matches]
    return sorted([each for each in played if each], key=lambda each: each.place)


def after(known: HeadToHead, changes: list[Change], now: list[Match]) -> HeadToHead:
    """What is known after the changes, by the pure parts of `opponents_table.write`."""
    tally, meetings = known.tally, known.meetings
    for change in changes:
        tally = tally.changed(*change)
    entered = entering(changes, meetings.streaks.last, seen_by_meetings)
    if entered is None:
        meetings, entered = Meetings(), counted(now)
    for played in entered:
        meetings = meetings.then(played)
    return HeadToHead(tally, meetings, respelled(known.spellings, changes))


def recounted(matches: list[Match]) -> HeadToHead:
    """The same from nothing, the slow and plain way."""
    known = HeadToHead()
    played = counted(matches)
    for match in matches:
        known = replace(known, tally=known.tally.changed(None, match))
    for each in played:
        known = replace(known, meetings=known.meetings.then(each))
    names = [each.opponent_name for each in played]
    return replace(known, spellings={name: names.count(name) for name in names})


@given(happenings)
def test_increments_equal_a_plain_recount(happened: Happened) -> None:
    matches: dict[UUID, Match] = {}
    known: dict[Rivals, HeadToHead] = {}
    for event in told(happened):
        before = matches.get(event.match_id)
        matches[event.match_id] = evolve(before, event)
        for rivals, changes in by_rivals([(before, matches[event.match_id])]).items():
            own = [m for m in matches.values() if m.owner_id == rivals.owner_id]
            now = [m for m in own if not m.is_deleted and fold(m.opponent_name) == rivals.opponent]
            known[rivals] = after(known.get(rivals, HeadToHead()), changes, now)
            assert known[rivals] == recounted(now)


def shown(*matches: Match) -> OpponentView:
    row = opponent_row(Rivals(UPLOADED.owner_id, "yassine"), recounted(list(matches)))
    return msgspec.json.decode(row["view"], type=OpponentView)


def test_the_name_is_as_it_was_written_in_the_match_played_last() -> None:
    view = shown(
        confirmed(2, "YASSINE"), confirmed(1, "Yassine"), confirmed(0, "Ya ssine"),
        confirmed(3, "Yássine"), confirmed(4, "YASSINE"),
    )  # fmt: skip
    assert view.opponent_name == "YASSINE"
    assert view.other_spellings == ["Ya ssine", "Yassine", "Yássine"]
    assert view.last_met_at == NOON + timedelta(hours=4)


def test_form_is_the_last_five_results_the_newest_first() -> None:
    scores = [Pair(0, 1), Pair(0, 1), Pair(1, 1), Pair(2, 1), Pair(2, 1), Pair(2, 1)]
    view = shown(*(confirmed(hour, "Yassine", score) for hour, score in enumerate(scores)))
    assert view.form == (Result.WIN, Result.WIN, Result.WIN, Result.DRAW, Result.LOSS)
    assert (view.current_streak, view.longest_win_streak) == (3, 3)
    assert (view.played, view.won, view.drawn, view.lost) == (6, 3, 1, 2)
    assert (view.goals_scored, view.goals_conceded, view.goal_difference) == (7, 6, 1)


def test_a_match_with_another_opponent_leaves_one_and_enters_one() -> None:
    yassine, omar = confirmed(1, "Yassine"), confirmed(1, "Omar")
    changes = by_rivals([(yassine, omar)])
    assert {rivals.opponent: each for rivals, each in changes.items()} == {
        "yassine": [(yassine, None)],
        "omar": [(None, omar)],
    }


def test_matches_that_are_not_confirmed_are_pending_and_no_more() -> None:
    known = recounted([evolve(None, UPLOADED)])
    assert known == HeadToHead(tally=Tally(pending=1))
    row = opponent_row(Rivals(UPLOADED.owner_id, "yassine"), known)
    assert (row["played"], row["last_met_at"], row["view"]) == (0, None, "")
