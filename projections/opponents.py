"""Head-to-head: what a player's matches against one opponent add up to."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_OID, UUID, uuid5

import msgspec
from msgspec import Struct

from events.match import Match, Result
from events.names import fold
from projections.entering import Change
from projections.match_numbers import Played, played_of
from projections.streaks import Streaks
from projections.summary import averages, opponent_averages
from projections.tally import Tally

FORM: Final = 5
MOST_SPELLINGS: Final = 10
# Keys in one order, so that equal sums are equal bytes, in whatever order matches came.
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


class Rivals(Struct, frozen=True):
    """A player, and the folded name of an opponent of theirs."""

    owner_id: UUID
    opponent: str

    @property
    def id(self) -> UUID:
        """The same for equal rivals, and for no others."""
        return uuid5(NAMESPACE_OID, f"{self.owner_id}|{self.opponent}")


class Meetings(Struct, frozen=True):
    """What depends on the order of confirmed matches; `name` is as written in the last of them.

    `form` is how the last of them ended, the newest first.
    """

    streaks: Streaks = Streaks()
    form: tuple[Result, ...] = ()
    name: str = ""

    def then(self, played: Played) -> "Meetings":
        """The same after one more match, played after all the others."""
        return Meetings(
            self.streaks.then(played.place, played.result),
            (played.result, *self.form)[:FORM],
            played.opponent_name,
        )


class HeadToHead(Struct, frozen=True):
    """Everything against one opponent; `spellings` counts confirmed matches by name as written."""

    tally: Tally = Tally()
    meetings: Meetings = Meetings()
    spellings: dict[str, int] = {}


class OpponentView(Struct, frozen=True, kw_only=True):
    """One opponent, over confirmed matches.

    Names that differ only in case, spaces, accents and punctuation are one opponent;
    `opponent_name` is how the name was written in the match that was played last,
    `other_spellings` are others, the most frequent first, at most ten. `form` holds the last five
    results, the newest first. `current_streak` counts wins in a row up, losses in a row down, and
    is 0 after a draw.
    """

    opponent_name: str
    other_spellings: list[str]
    played: int
    won: int
    drawn: int
    lost: int
    goals_scored: int
    goals_conceded: int
    goal_difference: int
    clean_sheets: int
    last_met_at: datetime
    form: tuple[Result, ...]
    current_streak: int
    longest_win_streak: int
    averages: dict[str, float | None]
    opponent_averages: dict[str, float | None]


def by_rivals(changes: Iterable[Change]) -> dict[Rivals, list[Change]]:
    """What changed between whom; a match that has another opponent now leaves one, enters one."""
    grouped: dict[Rivals, list[Change]] = {}
    for before, after in changes:
        was, is_now = _rivals(before), _rivals(after)
        if was == is_now and was is not None:
            grouped.setdefault(was, []).append((before, after))
            continue
        if was is not None:
            grouped.setdefault(was, []).append((before, None))
        if is_now is not None:
            grouped.setdefault(is_now, []).append((None, after))
    return grouped


def respelled(spellings: dict[str, int], changes: Iterable[Change]) -> dict[str, int]:
    """How often each spelling was used after these changes."""
    times = Counter(spellings)
    for before, after in changes:
        for match, step in ((before, -1), (after, 1)):
            if played := played_of(match):
                times[played.opponent_name] += step
    return {name: often for name, often in times.items() if often}


def seen_by_meetings(played: Played) -> tuple[object, ...]:
    """What of a match the meetings depend on."""
    return played.place, played.result, played.opponent_name


def opponent_row(rivals: Rivals, known: HeadToHead) -> dict[str, Any]:
    """The row of the table `opponents`, by column in the table's order."""
    tally, last = known.tally, known.meetings.streaks.last
    return {
        "opponent_id": rivals.id,
        "owner_id": rivals.owner_id,
        "opponent": rivals.opponent,
        "played": tally.total,
        "won": tally.wins,
        "lost": tally.losses,
        "goal_difference": tally.goals_scored - tally.goals_conceded,
        "last_met_at": last and last[0],
        "state": _ENCODER.encode(known),
        "view": _ENCODER.encode(_view(known, last[0])).decode() if last else "",
    }


def _rivals(match: Match | None) -> Rivals | None:
    if match is None or match.is_deleted:
        return None
    return Rivals(match.owner_id, fold(match.opponent_name))


def _view(known: HeadToHead, last_met_at: datetime) -> OpponentView:
    tally, meetings = known.tally, known.meetings
    others = sorted(known.spellings.items(), key=lambda item: (-item[1], item[0]))
    return OpponentView(
        opponent_name=meetings.name,
        other_spellings=[name for name, _ in others if name != meetings.name][:MOST_SPELLINGS],
        played=tally.total,
        won=tally.wins,
        drawn=tally.draws,
        lost=tally.losses,
        goals_scored=tally.goals_scored,
        goals_conceded=tally.goals_conceded,
        goal_difference=tally.goals_scored - tally.goals_conceded,
        clean_sheets=tally.clean_sheets,
        last_met_at=last_met_at,
        form=meetings.form,
        current_streak=meetings.streaks.current,
        longest_win_streak=meetings.streaks.longest_win,
        averages=averages(tally),
        opponent_averages=opponent_averages(tally),
    )
