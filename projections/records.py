"""A player's records: who holds them, and how they are shown."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from events.stats import STATISTICS
from projections.entering import Change, entering
from projections.match_numbers import Played, played_of
from projections.runs import Run, Runs, seen_by_runs

MOST: Final = tuple(f"most.{key}" for key in STATISTICS)
FEWEST: Final = tuple(f"fewest.{key}" for key in STATISTICS)
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


class Held(Struct, frozen=True):
    """A record and the match that holds it; the greatest `mark` is the record."""

    mark: int
    match: Played


class Records(Struct, frozen=True):
    """Who holds which record, and the longest runs."""

    held: dict[str, Held] = {}
    runs: Runs = Runs()

    def changed(self, changes: Sequence[Change]) -> "Records | None":
        """The records after these changes, or None where all matches must be gone through anew.

        They must be where a match leaves or changes that is kept here, and where the order of
        results changes other than at its end.
        """
        entered = entering(changes, self.runs.last, seen_by_runs)
        if entered is None:
            return None
        kept = {held.match.match_id for held in self.held.values()}
        kept |= {match.match_id for match in self.runs.ends}
        contest = Contest(self)
        for before, after in changes:
            was, is_now = played_of(before), played_of(after)
            if was == is_now:
                continue
            if was is not None and was.match_id in kept:
                return None
            if is_now is not None:
                contest.enter(is_now)
        for played in entered:
            contest.go_on(played)
        return contest.records()


class Contest:
    """The records while matches enter; of equal marks, that which was played first holds."""

    def __init__(self, records: Records) -> None:
        self._held = dict(records.held)
        self._runs = records.runs

    def enter(self, played: Played) -> None:
        """Let a match have the records that are its own now, whenever it was played."""
        plain = None
        for record, mark in marks(played):
            best = self._held.get(record)
            if best is None or mark > best.mark or _is_sooner(played, mark, best):
                plain = plain or replace(played, values=())
                self._held[record] = Held(mark, plain)

    def go_on(self, played: Played) -> None:
        """Let the runs go on with a match that was played after all the others."""
        self._runs = self._runs.then(replace(played, values=()))

    def records(self) -> Records:
        """The records now."""
        return Records(self._held, self._runs)


def records_of(matches: Iterable[Played]) -> Records:
    """The records in `matches`, which come in the order in which they were played."""
    contest = Contest(Records())
    for played in matches:
        contest.enter(played)
        contest.go_on(played)
    return contest.records()


def marks(played: Played) -> Iterator[tuple[str, int]]:
    """The records that a match may hold, each with its mark."""
    margin = played.score_user - played.score_opponent
    if margin > 0:
        yield "biggest_win", margin
    if margin < 0:
        yield "heaviest_loss", -margin
    yield "most_goals", played.score_user
    yield "highest_scoring", played.score_user + played.score_opponent
    for most, fewest, value in zip(MOST, FEWEST, played.values, strict=True):
        if value is not None:
            yield most, value
            yield fewest, -value


class RecordMatch(Struct, frozen=True, kw_only=True):
    """The match that holds a record, or begins or ends a run."""

    match_id: UUID
    opponent_name: str
    played_at: datetime
    score_user: int
    score_opponent: int


class RecordView(Struct, frozen=True):
    """A record and the match that holds it; of equal ones, that which was played first."""

    value: int
    match: RecordMatch


class RunView(Struct, frozen=True):
    """Matches in a row, from the first to the last."""

    length: int
    first_match: RecordMatch
    last_match: RecordMatch


class Extremes(Struct, frozen=True):
    """The player's greatest and least value of a statistic; null where it never was known."""

    most: RecordView | None
    fewest: RecordView | None


class RecordsView(Struct, frozen=True, kw_only=True):
    """A player's records over confirmed matches; null where there is none.

    The value of `biggest_win` and `heaviest_loss` is the margin, without penalties; that of
    `highest_scoring_match` is the goals of both.
    """

    biggest_win: RecordView | None
    heaviest_loss: RecordView | None
    most_goals: RecordView | None
    highest_scoring_match: RecordView | None
    longest_win_streak: RunView | None
    longest_unbeaten_streak: RunView | None
    longest_clean_sheet_streak: RunView | None
    stats: dict[str, Extremes]


def records_view(records: Records) -> RecordsView:
    """The records as answers show them."""
    held, runs = records.held, records.runs
    return RecordsView(
        biggest_win=_record(held.get("biggest_win")),
        heaviest_loss=_record(held.get("heaviest_loss")),
        most_goals=_record(held.get("most_goals")),
        highest_scoring_match=_record(held.get("highest_scoring")),
        longest_win_streak=_run(runs.wins.longest),
        longest_unbeaten_streak=_run(runs.unbeaten.longest),
        longest_clean_sheet_streak=_run(runs.clean_sheets.longest),
        stats={
            key: Extremes(_record(held.get(most)), _record(held.get(fewest)))
            for key, most, fewest in zip(STATISTICS, MOST, FEWEST, strict=True)
        },
    )


def records_row(owner_id: UUID, records: Records) -> dict[str, Any]:
    """The row of the table `records`, by column in the table's order."""
    return {
        "owner_id": owner_id,
        "state": _ENCODER.encode(records),
        "view": _ENCODER.encode(records_view(records)).decode(),
    }


def _is_sooner(played: Played, mark: int, best: Held) -> bool:
    return mark == best.mark and played.place < best.match.place


def _record(held: Held | None) -> RecordView | None:
    return RecordView(abs(held.mark), _match(held.match)) if held else None


def _run(run: Run) -> RunView | None:
    if run.first is None or run.last is None:
        return None
    return RunView(run.length, _match(run.first), _match(run.last))


def _match(played: Played) -> RecordMatch:
    return RecordMatch(
        match_id=played.match_id,
        opponent_name=played.opponent_name,
        played_at=played.played_at,
        score_user=played.score_user,
        score_opponent=played.score_opponent,
    )


NO_RECORDS: Final = records_view(Records())
