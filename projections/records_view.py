"""A player's records as answers show them."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from events.stats import STATISTICS
from projections.match_numbers import Played
from projections.records import FEWEST, MOST, Held, Records
from projections.runs import Run, Runs

_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


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


def kept(part: dict[str, Held] | Runs) -> bytes:
    """A part of records as it is kept, to go on from."""
    return _ENCODER.encode(part)


def shown(records: Records) -> str:
    """The records as answers show them, ready JSON."""
    return _ENCODER.encode(records_view(records)).decode()


def records_row(owner_id: UUID, records: Records) -> dict[str, Any]:
    """The row of the table `records`, by column in the table's order."""
    return {
        "owner_id": owner_id,
        "held": kept(records.held),
        "runs": kept(records.runs),
        "view": shown(records),
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
