"""Sums kept by increments equal sums counted from nothing, whatever happens to matches."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from events.match import Match, Result, evolve
from events.matches import MatchDeleted, MatchEvent, MatchRestored, StatsConfirmed, StatsCorrected
from events.stats import Pair
from projections.standings_table import extended
from projections.streaks import Streaks
from projections.summary import summary
from projections.tally import Sum, Tally
from tests.examples import NOON, UPLOADED, cause
from tests.projections.plainly import streaks_of

numbers = st.one_of(st.none(), st.integers(0, 9))
pairs = st.builds(Pair, numbers, numbers)
scores = st.builds(Pair, st.integers(0, 3), st.integers(0, 3))
happenings = st.lists(
    st.tuples(
        st.integers(0, 3),  # which match
        st.sampled_from(["confirm", "delete", "restore"]),
        scores,
        st.dictionaries(st.sampled_from(["shots", "saves"]), pairs),
        st.integers(0, 5),  # hours
    ),
    max_size=25,
)


def match_number(number: int) -> UUID:
    return UUID(int=number + 1)


def next_event(
    match: Match, kind: str, score: Pair, stats: dict[str, Pair], hours: int
) -> MatchEvent:
    version, why = match.version + 1, cause(match.version)
    if kind == "delete":
        return MatchDeleted(match_id=match.id, version=version, cause=why)
    if kind == "restore":
        return MatchRestored(match_id=match.id, version=version, cause=why)
    confirmation = StatsCorrected if match.confirmed else StatsConfirmed
    return confirmation(
        match_id=match.id,
        version=version,
        cause=why,
        owner_id=match.owner_id,
        opponent_name="Yassine",
        side=None,
        score=score,
        penalties=None,
        stats=stats,
        played_at=NOON + timedelta(hours=hours),
    )


def counted(matches: Sequence[Match]) -> list[Match]:
    return [match for match in matches if match.confirmed and not match.is_deleted]


@given(happenings)
def test_increments_equal_a_plain_recount(
    happened: list[tuple[int, str, Pair, dict[str, Pair], int]],
) -> None:
    matches: dict[UUID, Match] = {}
    tally, streaks = Tally(), Streaks()
    for number, kind, score, stats, hours in happened:
        match_id = match_number(number)
        before = matches.get(match_id)
        if before is None:
            after = evolve(None, replace(UPLOADED, match_id=match_id))
        else:
            after = evolve(before, next_event(before, kind, score, stats, hours))
        matches[match_id] = after
        tally = tally.changed(before, after)
        streaks = extended(streaks, [(before, after)]) or recounted_streaks(matches)
        assert summary(tally, streaks) == summary(
            recounted(list(matches.values())), recounted_streaks(matches)
        )


def recounted(matches: Sequence[Match]) -> Tally:
    """The same sums, counted the slow and plain way."""
    scored = [match.confirmed.score for match in counted(matches) if match.confirmed]
    results = [match.result for match in counted(matches)]
    return Tally(
        wins=results.count(Result.WIN),
        draws=results.count(Result.DRAW),
        losses=results.count(Result.LOSS),
        goals_scored=sum(score.user or 0 for score in scored),
        goals_conceded=sum(score.opponent or 0 for score in scored),
        clean_sheets=sum(score.opponent == 0 for score in scored),
        pending=sum(not m.confirmed and not m.is_deleted for m in matches),
        stats=recounted_stats(counted(matches)),
    )


def recounted_stats(matches: Sequence[Match]) -> dict[str, Sum]:
    values: dict[str, list[int]] = {}
    for match in matches:
        for key, pair in match.confirmed.stats.items() if match.confirmed else ():
            if pair.user is not None:
                values.setdefault(key, []).append(pair.user)
            if pair.opponent is not None:
                values.setdefault(f"opponent_{key}", []).append(pair.opponent)
    return {key: Sum(len(listed), sum(listed)) for key, listed in values.items()}


def recounted_streaks(matches: dict[UUID, Match]) -> Streaks:
    return streaks_of(
        sorted(
            (match.played_at, match.id, match.result)
            for match in counted(list(matches.values()))
            if match.result
        )
    )


def test_an_average_is_over_the_matches_in_which_the_value_is_known() -> None:
    assert Sum().plus(3, 1).plus(4, 1).average == 3.5
    assert Sum().average is None


def test_a_player_without_matches_has_a_win_rate_of_nought() -> None:
    empty = summary(Tally(), Streaks())
    assert empty.win_rate == 0.0
    assert empty.averages["shots"] is None


def run_of(*results: Result) -> Streaks:
    return streaks_of(
        (NOON + timedelta(hours=hour), UUID(int=hour), result)
        for hour, result in enumerate(results)
    )


def test_a_streak_of_wins_goes_up_and_of_losses_down() -> None:
    win, draw, loss = Result.WIN, Result.DRAW, Result.LOSS
    assert run_of(win, win).current == 2
    assert run_of(win, loss, loss).current == -2
    assert run_of(loss, draw).current == 0
    assert run_of(win, win, loss, win).longest_win == 2
