"""What players do with each other: matches that both say are right, and how far words hold."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from events.columns import UUIDS
from events.match import Match
from events.seats import halves, involved
from events.sharing import Verification
from projections.copying import Copy
from projections.upsert import Upsert, Writes

ENCOUNTERS: Final = {
    "match_id": "uuid",
    "player_id": "uuid",
    "other_id": "uuid",
    "played_at": "timestamptz",
    "result": "text",
    "goals_for": "int2",
    "goals_against": "int2",
}
INVOLVED: Final = {"match_id": "uuid", "player_id": "uuid"}
TRUST: Final = {
    "player_id": "uuid",
    "hidden": "int8",
    "verified": "int8",
    "disputed": "int8",
    "corrected": "int8",
}
_COUNTS: Final = tuple(TRUST)[1:]
_INSERT_ENCOUNTERS: Final = Upsert("encounters", ENCOUNTERS, key=None)
_INSERT_INVOLVED: Final = Upsert("involved", INVOLVED, key=None)
_ADD_TRUST: Final = Upsert("trust", TRUST, "player_id", summed=_COUNTS)
TRUST_COPY: Final = Copy("trust", TRUST)

Change = tuple[Match | None, Match]


class Rows(Struct, frozen=True):
    """The rows of one match."""

    encounters: tuple[tuple[Any, ...], ...] = ()
    involved: frozenset[UUID] = frozenset()


def rows_of(match: Match | None) -> Rows:
    """The rows of a match. One that both players removed is no encounter any more."""
    if match is None or match.sharing is None:
        return NONE
    players = halves(match)
    others = involved(match) if players else frozenset()
    is_mutual = len(players) == 2 and match.verification is Verification.VERIFIED
    if not is_mutual or all(half.is_deleted for half in players):
        return Rows((), others)
    first, second = players
    return Rows((_encounter(first, second), _encounter(second, first)), others)


class Trust:
    """Changes of the signals of players, summed up before they are written."""

    def __init__(self) -> None:
        self._steps: Counter[tuple[UUID, str]] = Counter()

    def change(self, before: Match | None, after: Match) -> None:
        """A match was `before` and is `after` now."""
        for match, step in ((before, -1), (after, 1)):
            for signal in _signals(match):
                self._steps[signal] += step

    def rows(self) -> list[tuple[Any, ...]]:
        """What changed, as rows of the table `trust`."""
        changed = {player_id for (player_id, _), step in self._steps.items() if step}
        return [
            (player_id, *(self._steps[player_id, name] for name in _COUNTS))
            for player_id in changed
        ]


def write(writes: Writes, changes: Iterable[Change]) -> None:
    """Keep the rows of matches that changed in place of those before."""
    shared = [change for change in changes if change[1].sharing]
    if not shared:
        return
    trust = Trust()
    renewed = []
    for before, after in shared:
        trust.change(before, after)
        if rows_of(before) != rows_of(after):
            renewed.append(after)
    if renewed:
        gone = {"gone": UUIDS.column([match.id for match in renewed])}
        session = writes.flush()
        session.execute("DELETE FROM encounters WHERE match_id = ANY(%(gone)s)", gone)
        session.execute("DELETE FROM involved WHERE match_id = ANY(%(gone)s)", gone)
    _add(writes, renewed)
    rows = trust.rows()
    writes.add(_ADD_TRUST, rows)
    if any(min(counts) < 0 for _, *counts in rows):
        writes.flush().execute(
            """
            DELETE FROM trust
            WHERE hidden = 0 AND verified = 0 AND disputed = 0 AND corrected = 0
              AND player_id = ANY(%(changed)s)
            """,
            {"changed": UUIDS.column([player_id for player_id, *_ in rows])},
        )


def _add(writes: Writes, matches: Iterable[Match]) -> None:
    encounters: list[tuple[Any, ...]] = []
    others: list[tuple[UUID, UUID]] = []
    for match in matches:
        rows = rows_of(match)
        encounters.extend(rows.encounters)
        others.extend((match.id, player_id) for player_id in rows.involved)
    writes.add(_INSERT_ENCOUNTERS, encounters)
    writes.add(_INSERT_INVOLVED, others)


def _encounter(half: Match, other: Match) -> tuple[Any, ...]:
    assert half.confirmed  # noqa: S101  # only confirmed matches are verified
    assert half.result  # noqa: S101
    score = half.confirmed.score
    return (
        half.id,
        half.owner_id,
        other.owner_id,
        half.played_at,
        half.result.value,
        score.user or 0,
        score.opponent or 0,
    )


def _signals(match: Match | None) -> Iterable[tuple[UUID, str]]:
    """Player and signal, for each that a match gives of one of its players."""
    if match is None or match.sharing is None or match.joined_into:
        return
    past = match.sharing.past
    for half in halves(match):
        player_id = half.owner_id
        if half.is_deleted and half.confirmed:
            yield player_id, "hidden"
        if past.was_verified:
            yield player_id, "verified"
        if player_id in past.disputed:
            yield player_id, "disputed"
        if player_id in past.corrected:
            yield player_id, "corrected"


NONE: Final = Rows()
