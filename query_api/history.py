"""The history of a match, straight from the log: who, when, why, and what it changed."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from events.catalogue import NAMES
from events.log import until
from events.match import Match, evolve
from events.match_view import MatchView, view
from events.matches import MatchEvent
from events.parameters import parameters_of, whole_number
from events.refusals import Invalid, NotFound
from events.seats import half_of, halves_in
from events.web import NO_SUCH_MATCH, WebRequest, match_id_of
from query_api.asking import Asked

GREATEST_VERSION = 2**53


class Change(Struct, frozen=True):
    """One value before and after an event."""

    before: Any
    after: Any


class Entry(Struct, frozen=True, kw_only=True):
    """One event of a match; `changes` are by field of the match, nested ones with dots."""

    version: int
    event: str
    occurred_at: datetime
    actor: str
    command_id: UUID
    correlation_id: UUID
    causation_id: UUID
    changes: dict[str, Change]


@get("/api/matches/{match_id:str}/history")
async def history(
    request: WebRequest,
    match_id: FromPath[str],
    asked: NamedDependency[Asked],
) -> Response[list[Entry] | MatchView]:
    """Give every event of a match, or with `as_of` or `version` the match as it was.

    That of a deleted match as well: its owner may look up what happened to it.
    """
    identity = match_id_of(match_id)
    events = await asyncio.to_thread(asked.match_log.events, identity)
    player_id = asked.principal.user_id
    if not events or half_of(folded(events)[-1], player_id) is None:
        raise NotFound(NO_SUCH_MATCH)
    given = parameters_of(request, "as_of", "version")
    if not given:
        return Response(entries(events, player_id))
    version = whole_number(given, "version", len(events), 1, GREATEST_VERSION)
    as_of = _time(given["as_of"]) if "as_of" in given else None
    past = list(until(events[:version], as_of))
    if not past:
        raise NotFound("The match did not exist then.")
    seen = halves_in(folded(events), player_id)[len(past) - 1]
    return Response(asked.media.signed(view(seen), time.time()))


def entries(events: Sequence[MatchEvent], player_id: UUID) -> list[Entry]:
    """The events as history shows them to one of the players, the oldest first."""
    before: dict[str, Any] = {}
    listed = []
    seen = halves_in(folded(events), player_id) if events else []
    for event, match in zip(events, seen, strict=True):
        after = _flat(match)
        listed.append(
            Entry(
                version=event.version,
                event=NAMES[type(event)],
                occurred_at=event.cause.occurred_at,
                actor=event.cause.actor,
                command_id=event.cause.command_id,
                correlation_id=event.cause.correlation_id,
                causation_id=event.cause.causation_id,
                changes=_changes(before, after),
            )
        )
        before = after
    return listed


def folded(events: Iterable[MatchEvent]) -> list[Match]:
    """The states of a match after each of its events."""
    match: Match | None = None
    states = []
    for event in events:
        match = evolve(match, event)
        states.append(match)
    return states


def _flat(match: Match) -> dict[str, Any]:
    """The match as answers show it, flattened: ``stats.shots.user`` -> 17."""
    shown = msgspec.to_builtins(view(match))
    for name in ("id", "version", "screenshot", "thumbnail"):
        del shown[name]
    flat: dict[str, Any] = {"deleted": match.is_deleted}
    waiting = list(shown.items())
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend((f"{name}.{key}", item) for key, item in value.items())
        else:
            flat[name] = value
    return flat


def _changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Change]:
    names = sorted(before.keys() | after.keys())
    return {
        name: Change(before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    }


def _time(text: str) -> datetime:
    try:
        time = msgspec.convert(text, datetime)
        if time.tzinfo is not None:
            return time
    except msgspec.ValidationError:
        pass
    sentence = "This must be a time with its zone, such as 2026-01-21T18:30:00Z."
    raise Invalid("Some parameters cannot be used.", {"as_of": [sentence]})


router = Router("/", route_handlers=[history])
