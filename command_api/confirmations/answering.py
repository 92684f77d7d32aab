"""Who answers for which match, and what is refused before any rule is asked."""

from typing import Final
from uuid import UUID

from msgspec import Struct

from command_api.matches.rules import NO_MATCH
from command_api.matches.use_cases import half_for
from events.base import Cause
from events.codes import match_of
from events.match import Match
from events.open_requests import NO_REQUEST
from events.refusals import NotFound, VersionMismatch

OTHER_VERSION: Final = "The match is at another version than If-Match names."


class Answering(Struct, frozen=True):
    """Who answers for which match: with a code, or as a player who shares it."""

    match_id: UUID
    player_id: UUID
    code: str | None
    cause: Cause
    version: int | None = None
    fingerprint: bytes | None = None


def match_of_code(code: str) -> UUID:
    """The match that a code is for; raises `NotFound` for what is no code."""
    match_id = match_of(code)
    if match_id is None:
        raise NotFound(NO_REQUEST)
    return match_id


def listed(found: Match | None, player_id: UUID, version: int | None) -> Match:
    """The match, if it is in the list of the player; raises `NotFound`, `VersionMismatch`."""
    half = half_for(found, player_id)
    if half.is_deleted or found is None:
        raise NotFound(NO_MATCH)
    refuse_version(found, version)
    return found


def refuse_unlisted(found: Match | None, answering: Answering) -> None:
    """Who has no code must have the match in their list; raises `NotFound`."""
    if answering.code is None:
        listed(found, answering.player_id, None)


def refuse_version(match: Match, version: int | None) -> None:
    """Raise `VersionMismatch`, unless the match is at `version` or any will do."""
    if version is not None and match.version != version:
        raise VersionMismatch(OTHER_VERSION)
