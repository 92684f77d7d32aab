"""What a correction of numbers does to what the other player was asked or has answered."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from events.base import Cause
from events.match import Match
from events.matches import (
    ConfirmationRequested,
    ConfirmationWithdrawn,
    MatchEvent,
    StatsConfirmed,
    StatsCorrected,
    Withdrawal,
)
from events.sharing import Verification

REQUEST_LIFE: Final = timedelta(days=14)


def requested(
    match: Match, version: int, player_id: UUID, code_hash: str | None, cause: Cause
) -> ConfirmationRequested:
    """The event of asking, without the name of who asks."""
    return ConfirmationRequested(
        match_id=match.id,
        version=version,
        cause=cause,
        player_id=player_id,
        name=None,
        code_hash=code_hash,
        expires_at=cause.occurred_at + REQUEST_LIFE,
    )


def with_asking_again(
    match: Match, corrected: StatsConfirmed | StatsCorrected
) -> Sequence[MatchEvent]:
    """The correction of a half, and what follows from it where numbers change.

    Players who share the match know each other: the other one is asked anew. Otherwise what was
    asked or answered holds no more.
    """
    if not _changes_numbers(match, corrected):
        return [corrected]
    version, cause = corrected.version + 1, corrected.cause
    if match.sharer and match.sharing and not match.sharing.has_lost_owner:
        return [corrected, requested(match, version, corrected.owner_id, None, cause)]
    if match.verification is Verification.NONE:
        return [corrected]
    withdrawn = ConfirmationWithdrawn(
        match_id=match.id, version=version, cause=cause, reason=Withdrawal.CHANGED
    )
    return [corrected, withdrawn]


def _changes_numbers(half: Match, said: StatsConfirmed | StatsCorrected) -> bool:
    was = half.confirmed
    return was is None or (was.score, was.penalties, was.stats) != (
        said.score,
        said.penalties,
        said.stats,
    )
