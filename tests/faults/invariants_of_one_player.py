"""What must hold of each match and of each player, as sentences about what does not."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from events.match import Match, fold
from events.match_view import view
from events.matches import (
    ConfirmationRequested,
    ExtractionFailed,
    ExtractionRequested,
    FriendErased,
    MatchErased,
    MatchEvent,
    ScreenshotAttached,
    ScreenshotUploaded,
    StatsExtracted,
)
from events.seats import halves
from projections.halves import is_over
from projections.summary import summary
from projections.tally import Tally
from tests.faults.invariants_of_two_players import players_of
from tests.faults.load import BusyPlayer
from tests.projections.plainly import streaks_of


def confirmed_once(
    histories: dict[UUID, Sequence[MatchEvent]], players: Sequence[BusyPlayer]
) -> Iterator[str]:
    """What was answered with success is there once; nothing is there that nobody sent."""
    for player in players:
        actor = f"player:{player.player.id}"
        for match in (*player.matches, *player.shared):
            events = histories.get(UUID(match.id), [])
            versions = {event.version for event in events}
            if missing := match.confirmed_versions - versions:
                yield f"Match {match.id}: the confirmed versions {missing} are not in the log."
            commands = {event.cause.command_id for event in events if event.cause.actor == actor}
            changes = commands - player.acknowledged.keys()
            most = len(match.confirmed_versions) + match.doubtful
            if len(changes) > most:
                yield f"Match {match.id}: {len(changes)} changes are recorded, {most} were sent."
        known = [match.id for match in player.matches]
        owned = [i for i, e in histories.items() if fold(e).owner_id == UUID(player.player.id)]
        if {UUID(match_id) for match_id in known} != set(owned) or len(known) != len(set(known)):
            yield f"A player sent {len(known)} uploads and has {len(owned)} matches."
        for command_id, match_id in player.acknowledged.items():
            made = [e for e in histories[UUID(match_id)] if e.cause.command_id == command_id]
            if len(made) != 1:
                yield f"Match {match_id}: what was answered once is recorded {len(made)} times."


def one_outcome_each(histories: dict[UUID, Sequence[MatchEvent]]) -> Iterator[str]:
    """One outcome for each request to read that still holds, and none for any other."""
    for match_id, events in histories.items():
        waiting: dict[UUID, MatchEvent] = {}
        for event in events:
            if not isinstance(event, StatsExtracted | ExtractionFailed):
                waiting = _waiting(waiting, event)
            elif not waiting.pop(event.request_id, None):
                yield f"Match {match_id}: a reading is recorded that nobody waited for."
        if waiting:
            yield f"Match {match_id}: {len(waiting)} readings are still to come."


def shown_as_told(
    conn: psycopg.Connection[Any], histories: dict[UUID, Sequence[MatchEvent]]
) -> Iterator[str]:
    """The rows are what the log folds to, for each of the players of a match."""
    matches = {match_id: fold(events) for match_id, events in histories.items()}
    states = {
        match_id: msgspec.json.decode(state, type=Match)
        for match_id, state in conn.execute("SELECT match_id, state FROM read_models.states")
    }
    kept = {match_id: match for match_id, match in matches.items() if not is_over(match)}
    if states != kept:
        yield f"{len(states)} matches are kept; the log folds to {len(kept)}, or to other ones."
    lists: dict[UUID, list[Match]] = {}
    expected = {}
    for match_id, match in matches.items():
        for half in halves(match):
            lists.setdefault(half.owner_id, []).append(half)
            expected[match_id, half.owner_id] = msgspec.to_builtins(view(half))
    shown = {
        (match_id, owner_id): msgspec.json.decode(text)
        for match_id, owner_id, text in conn.execute(
            "SELECT match_id, owner_id, view FROM read_models.matches"
        )
    }
    for match_id, owner_id in shown.keys() | expected.keys():
        if shown.get((match_id, owner_id)) != expected.get((match_id, owner_id)):
            yield f"Match {match_id} is not shown to {owner_id} as the log tells it."
    for match_id, owner_id in shown:
        if owner_id not in players_of(histories[match_id]):
            yield f"Match {match_id} is shown to {owner_id}, who is no part of it."
    summaries = {
        owner_id: msgspec.json.decode(text)
        for owner_id, text in conn.execute("SELECT owner_id, view FROM read_models.summaries")
    }
    for owner_id, own in lists.items():
        added_up = msgspec.to_builtins(_summary(own))
        if (found := summaries.get(owner_id)) != added_up:
            yield f"The summary of {owner_id} is {found}, the log adds up to {added_up}."


def _waiting(waiting: dict[UUID, MatchEvent], event: MatchEvent) -> dict[UUID, MatchEvent]:
    """The requests to read that hold after an event."""
    match event:
        case ScreenshotUploaded() | ExtractionRequested():
            return {**waiting, event.id: event}
        case ScreenshotAttached():
            return {**_without_attached(waiting), event.id: event}
        case FriendErased():
            return _without_attached(waiting)
        case ConfirmationRequested() if event.code_hash:
            return _without_attached(waiting)
        case MatchErased():
            return {}
    return waiting


def _without_attached(waiting: dict[UUID, MatchEvent]) -> dict[UUID, MatchEvent]:
    return {
        request_id: event
        for request_id, event in waiting.items()
        if not isinstance(event, ScreenshotAttached)
    }


def _summary(matches: Sequence[Match]) -> Any:
    tally = Tally()
    for match in matches:
        tally = tally.changed(None, match)
    results = [
        (match.played_at, match.id, match.result)
        for match in matches
        if match.result and not match.is_deleted
    ]
    return summary(tally, streaks_of(sorted(results)))
