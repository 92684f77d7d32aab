"""Records: kept by increments, they equal what a plain look at all matches finds."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from hypothesis import given, strategies

from events.match import Match, Result, evolve
from events.stats import STATISTICS, Pair
from projections.letters import stretches_in
from projections.match_numbers import Played
from projections.records import Changed, Records
from projections.records_view import (
    NO_RECORDS,
    Extremes,
    RecordsView,
    RecordView,
    RunView,
    records_view,
)
from projections.recounting import runs_of
from tests.examples import NOON
from tests.projections.histories import Happened, happenings, told
from tests.projections.plainly import records_of
from tests.projections.test_opponents import confirmed, counted


@given(happenings)
def test_increments_equal_a_plain_look_at_all_matches(happened: Happened) -> None:
    matches: dict[UUID, Match] = {}
    known: dict[UUID, Records] = {}
    for event in told(happened):
        before = matches.get(event.match_id)
        after = matches[event.match_id] = evolve(before, event)
        played = counted(m for m in matches.values() if m.owner_id == after.owner_id)
        changed = known.get(after.owner_id, Records()).changed([(before, after)])
        known[after.owner_id] = whole(changed, played)
        assert told_plainly(records_view(known[after.owner_id])) == looked_up(played)
        assert known[after.owner_id] == records_of(played)


def whole(changed: Changed, played: Sequence[Played]) -> Records:
    """The records after a change, with what was lost looked up among all matches."""
    plain = records_of(played)
    found = {record: held for record, held in plain.held.items() if record in changed.lost}
    runs = plain.runs if changed.are_runs_lost else changed.records.runs
    return Records({**changed.records.held, **found}, runs)


def told_plainly(view: RecordsView) -> dict[str, object]:
    """Each record as its value and the match, each run as its length and both ends."""
    plain: dict[str, object] = {}
    for name in RecordsView.__struct_fields__:
        shown = getattr(view, name)
        match shown:
            case RecordView():
                plain[name] = (shown.value, shown.match.match_id)
            case RunView():
                ends = (shown.first_match.match_id, shown.last_match.match_id)
                plain[name] = (shown.length, *ends)
    for key, extremes in view.stats.items():
        assert isinstance(extremes, Extremes)
        for name, record in (("most", extremes.most), ("fewest", extremes.fewest)):
            if record:
                plain[f"{name} {key}"] = (record.value, record.match.match_id)
    return plain


def looked_up(played: Sequence[Played]) -> dict[str, object]:
    """The same, found the slow and plain way in matches that are in the order of play."""
    found: dict[str, object] = {}

    def best(name: str, value: Callable[[Played], int | None], sign: int = 1) -> None:
        known = [(value(each), each) for each in played]
        listed = [(number, each) for number, each in known if number is not None]
        if listed:
            number, holder = max(listed, key=lambda item: sign * item[0])
            found[name] = (number, holder.match_id)

    def margin(played: Played) -> int:
        return played.score_user - played.score_opponent

    best("biggest_win", lambda each: margin(each) if margin(each) > 0 else None)
    best("heaviest_loss", lambda each: -margin(each) if margin(each) < 0 else None)
    best("most_goals", lambda each: each.score_user)
    best("highest_scoring_match", lambda each: each.score_user + each.score_opponent)
    for index, key in enumerate(STATISTICS):
        best(f"most {key}", value_at(index))
        best(f"fewest {key}", value_at(index), sign=-1)

    def longest(name: str, belongs: Callable[[Played], bool]) -> None:
        runs = [list(run) for goes_on, run in groupby(played, belongs) if goes_on]
        if runs:
            run = max(runs, key=len)
            found[name] = (len(run), run[0].match_id, run[-1].match_id)

    longest("longest_win_streak", lambda each: each.result is Result.WIN)
    longest("longest_unbeaten_streak", lambda each: each.result is not Result.LOSS)
    longest("longest_clean_sheet_streak", lambda each: each.score_opponent == 0)
    return found


def value_at(index: int) -> Callable[[Played], int | None]:
    return lambda each: each.values[index]


def test_of_equal_matches_the_one_played_first_holds_the_record() -> None:
    later, sooner = confirmed(2, "Omar", Pair(3, 0)), confirmed(1, "Yassine", Pair(4, 1))
    records = Records()
    for match in (later, sooner):
        records = whole(records.changed([(None, match)]), counted([later, sooner]))
    record = records_view(records).biggest_win
    assert record
    assert (record.value, record.match.opponent_name) == (3, "Yassine")
    assert record.match.played_at == NOON + timedelta(hours=1)


def test_what_a_match_held_that_leaves_is_lost_and_nothing_else() -> None:
    first, second, third = (confirmed(hour, "Omar", Pair(hour, 1)) for hour in (1, 2, 3))
    changed = records_of(counted([first, second, third])).changed([(third, None)])
    assert changed.lost == {"biggest_win", "most_goals", "highest_scoring"}
    assert changed.are_runs_lost
    assert "fewest.possession" in changed.records.held


def test_a_holder_that_is_corrected_to_no_less_stays_one_as_it_is_now() -> None:
    first, before = confirmed(1, "Omar", Pair(2, 1)), confirmed(2, "Omar", Pair(3, 1))
    records = records_of(counted([first, before]))
    after = confirmed(2, "Yassine", Pair(4, 1))
    assert records.changed([(before, after)]) == Changed(records_of(counted([first, after])))


def test_a_holder_that_is_corrected_to_less_loses_that_record_alone() -> None:
    first, before = confirmed(1, "Omar", Pair(2, 1)), confirmed(2, "Omar", Pair(4, 1))
    records = records_of(counted([first, before]))
    changed = records.changed([(before, confirmed(2, "Omar", Pair(3, 1)))])
    assert changed.lost == {"biggest_win", "most_goals", "highest_scoring"}
    assert not changed.are_runs_lost


def test_a_draw_after_a_shoot_out_is_no_biggest_win() -> None:
    records = records_of(counted([confirmed(1, "Omar", Pair(1, 1))]))
    assert records_view(records).biggest_win is None


def test_a_value_that_is_not_known_is_no_record() -> None:
    records = records_view(records_of(counted([confirmed(1, "Omar")])))
    assert records.stats["saves"] == Extremes(None, None)
    assert records.stats["possession"].fewest is not None


def test_a_player_without_matches_has_no_records() -> None:
    assert records_view(Records()) == NO_RECORDS
    assert NO_RECORDS.biggest_win is None


@given(strategies.text("wWdDlL"))
def test_runs_in_letters_are_those_of_the_matches(letters: str) -> None:
    matches = [
        Played(
            NOON + timedelta(hours=number),
            UUID(int=number),
            "Omar",
            {"w": Result.WIN, "d": Result.DRAW, "l": Result.LOSS}[letter.lower()],
            0,
            int(letter.islower()),
        )
        for number, letter in enumerate(letters)
    ]
    last = matches[-1].place if matches else None
    found = runs_of(stretches_in(letters), dict(enumerate(matches)), last)
    assert found == records_of(matches).runs
