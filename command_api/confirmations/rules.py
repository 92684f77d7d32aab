"""The rules of confirming by the other player: pure functions from state and command to events.

No events mean that the command has nothing left to change: a repeat.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from command_api.confirmations.commands import (
    Answerer,
    AttachScreenshot,
    ExpireConfirmation,
    RemindOfConfirmation,
    RequestConfirmation,
    WithdrawConfirmation,
)
from command_api.matches.asking_again import requested
from events import open_requests
from events.base import Cause
from events.match import Match
from events.matches import (
    ConfirmationExpired,
    ConfirmationReminded,
    ConfirmationRequested,
    ConfirmationWithdrawn,
    ScreenshotAttached,
    Withdrawal,
)
from events.refusals import Conflict, NotFound
from events.seats import half_of
from events.sharing import Request, Verification

REMINDED_AFTER: Final = timedelta(days=3)


def request(
    match: Match, command: RequestConfirmation, cause: Cause
) -> Sequence[ConfirmationRequested]:
    """Ask; an open request of one's own is replaced, so that one code holds at a time."""
    if match.confirmed is None:
        raise Conflict("Confirm the numbers yourself first, then ask your opponent.")
    if match.verification is Verification.VERIFIED:
        raise Conflict("This match is verified already.")
    if match.sharing and match.sharing.has_lost_owner:
        raise Conflict("Your opponent is not here any more.")
    waiting = match.sharing.open_request if match.sharing else None
    is_mine = waiting is None or waiting.player_id == command.player_id
    if waiting and not is_mine and cause.occurred_at < waiting.expires_at:
        raise Conflict("Your opponent asks you to confirm this match: confirm or dispute it.")
    asked = requested(match, match.version + 1, command.player_id, command.code_hash, cause)
    return [replace(asked, name=command.name)]


def withdraw(
    match: Match, command: WithdrawConfirmation, cause: Cause
) -> Sequence[ConfirmationWithdrawn]:
    """Take back; only who asked may, and what is verified stays so."""
    if match.verification is Verification.VERIFIED:
        raise Conflict("This match is verified; correct it if the numbers are wrong.")
    asked = match.sharing.request if match.sharing else None
    is_open = match.verification in (Verification.REQUESTED, Verification.DISPUTED)
    if asked is None or not is_open or asked.player_id != command.player_id:
        raise NotFound("There is no request of yours to withdraw.")
    return [
        ConfirmationWithdrawn(
            match_id=match.id,
            version=match.version + 1,
            cause=cause,
            reason=Withdrawal.WITHDRAWN,
        )
    ]


def open_request(match: Match | None, answerer: Answerer, now: datetime) -> tuple[Match, Request]:
    """The request that is to be answered; raises why it cannot be."""
    return open_requests.open_request(match, answerer.player_id, answerer.code_hash, now)


def attach(
    match: Match | None, answerer: Answerer, command: AttachScreenshot, cause: Cause
) -> Sequence[ScreenshotAttached]:
    """Take a screenshot of whoever is asked; a later one takes the place of an earlier one."""
    match, _ = open_request(match, answerer, cause.occurred_at)
    return [
        ScreenshotAttached(
            match_id=match.id,
            version=match.version + 1,
            cause=cause,
            player_id=answerer.player_id,
            screenshot=command.screenshot,
            media_type=command.media_type,
            width=command.width,
            height=command.height,
        )
    ]


def remind(
    match: Match, command: RemindOfConfirmation, cause: Cause
) -> Sequence[ConfirmationReminded]:
    """Remind the player who is asked, or where nobody knows who that is, the one who asked."""
    asked = _waiting(match, command.request_id)
    if asked is None or asked.is_reminded:
        return []
    sharer = match.sharer
    reminded = asked.player_id
    if sharer:
        reminded = match.owner_id if sharer.player_id == asked.player_id else sharer.player_id
    half = half_of(match, reminded)
    if half is None or half.is_deleted:  # who took it out of their list does not want to hear of it
        return []
    return [
        ConfirmationReminded(
            match_id=match.id,
            version=match.version + 1,
            cause=cause,
            request_id=asked.id,
            player_id=reminded,
        )
    ]


def expire(
    match: Match, command: ExpireConfirmation, cause: Cause
) -> Sequence[ConfirmationExpired]:
    """End a request that nobody answered."""
    asked = _waiting(match, command.request_id)
    if asked is None:
        return []
    return [
        ConfirmationExpired(
            match_id=match.id, version=match.version + 1, cause=cause, request_id=asked.id
        )
    ]


def _waiting(match: Match, request_id: UUID) -> Request | None:
    asked = match.sharing.open_request if match.sharing else None
    return asked if asked and asked.id == request_id else None
