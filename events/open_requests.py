"""Who may answer which request for confirmation, and the sentences for everybody else."""

from datetime import datetime
from typing import Final
from uuid import UUID

from events.match import Match
from events.refusals import Conflict, NotFound
from events.sharing import Ending, Request, Verification

NO_REQUEST: Final = "There is no such request, or it was replaced by a later one."
OWN_REQUEST: Final = "You asked for this confirmation yourself; your opponent has to answer."
NOT_OPEN: Final = {
    Ending.WITHDRAWN: "This request was withdrawn; ask your opponent for a new one.",
    Ending.CHANGED: "The numbers were changed since; ask your opponent for a new request.",
    Ending.EXPIRED: "This request has expired; ask your opponent for a new one.",
    Ending.ANSWERED: "This request was answered already.",
}
SHARED_WITH_OTHER: Final = "This match is shared with another player already."


def open_request(
    match: Match | None, player_id: UUID, code_hash: str | None, now: datetime
) -> tuple[Match, Request]:
    """The request that is to be answered; raises why it cannot be."""
    asked = match.sharing.request if match and match.sharing else None
    if match is None or asked is None or (match.is_deleted and match.sharer is None):
        raise NotFound(NO_REQUEST)
    if code_hash is None:
        if match.verification is not Verification.REQUESTED:
            raise Conflict("Nobody asks you to confirm this match now.")
    elif asked.code_hash != code_hash:
        raise NotFound(NO_REQUEST)
    _refuse_others(match, asked, player_id)
    if asked.ending:
        raise Conflict(NOT_OPEN[asked.ending])
    if now >= asked.expires_at:
        raise Conflict(NOT_OPEN[Ending.EXPIRED])
    return match, asked


def _refuse_others(match: Match, asked: Request, player_id: UUID) -> None:
    """Only one player may answer: the one who shares the match, or else the first who begins."""
    sharer = match.sharer
    if asked.player_id == player_id:
        raise Conflict(OWN_REQUEST)
    if sharer:
        if player_id not in (sharer.player_id, match.owner_id):
            raise Conflict(SHARED_WITH_OTHER)
        return
    attached = match.sharing.attached if match.sharing else None
    if attached and attached.player_id != player_id:
        raise Conflict("Somebody else is answering this request.")
