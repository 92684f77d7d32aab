"""What came of asking the other player, as both of them are shown it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from events.comparing import Difference, compare_reading
from events.match import Match
from events.reading import Failure
from events.sharing import Attached, Dispute, Sharing
from events.stats import Pair


class Who(StrEnum):
    """Whom something is said of: the one who looks at the match, or the other."""

    USER = "user"
    OPPONENT = "opponent"


class DisputeView(Struct, frozen=True, kw_only=True):
    """What one of the two says against the numbers, and theirs, if any, as the viewer sees them."""

    by: Who
    reason: str
    score_user: int | None
    score_opponent: int | None
    penalties_user: int | None
    penalties_opponent: int | None
    stats: dict[str, Pair] | None
    disputed_at: datetime


class ComparisonView(Struct, frozen=True, kw_only=True):
    """The other player's screenshot beside the confirmed numbers, as the viewer sees them."""

    by: Who
    status: str
    agrees: list[str]
    differs: dict[str, Difference]
    failure: Failure | None


class ConfirmationView(Struct, frozen=True, kw_only=True):
    """How far the confirmation of a match by the other player has come.

    `asked_by` and `expires_at` are those of the open request. `is_shared`: the match is a record of
    two players, and `friend_id` is the other one. `friend_name` is the one that whoever answered
    showed then; null for that player.
    """

    asked_by: Who | None
    asked_at: datetime | None
    expires_at: datetime | None
    is_shared: bool
    friend_id: UUID | None
    friend_name: str | None
    dispute: DisputeView | None
    comparison: ComparisonView | None


def confirmation_view(match: Match) -> ConfirmationView | None:
    """That of a half, as its player sees it; None where nobody was ever asked."""
    sharing = match.sharing
    if sharing is None:
        return None
    asked = sharing.open_request
    friend = sharing.friend
    return ConfirmationView(
        asked_by=_who(match, asked.player_id) if asked else None,
        asked_at=asked.requested_at if asked else None,
        expires_at=asked.expires_at if asked else None,
        is_shared=sharing.sharer is not None,
        friend_id=_friend_id(match, sharing),
        friend_name=friend.name if friend and not match.shared_by else None,
        dispute=_dispute(match, sharing.dispute) if sharing.dispute else None,
        comparison=_comparison(match, sharing.attached) if sharing.attached else None,
    )


def _who(match: Match, player_id: UUID) -> Who:
    return Who.USER if player_id == match.owner_id else Who.OPPONENT


def _friend_id(match: Match, sharing: Sharing) -> UUID | None:
    if match.shared_by:
        return None if sharing.has_lost_owner or not sharing.sharer else match.shared_by
    return sharing.friend.player_id if sharing.friend else None


def _dispute(match: Match, dispute: Dispute) -> DisputeView:
    by = _who(match, dispute.player_id)
    score, penalties = dispute.score or Pair(), dispute.penalties or Pair()
    stats = dispute.stats
    if by is Who.OPPONENT:
        score, penalties = score.swapped, penalties.swapped
        stats = stats and {key: pair.swapped for key, pair in stats.items()}
    return DisputeView(
        by=by,
        reason=dispute.reason,
        score_user=score.user,
        score_opponent=score.opponent,
        penalties_user=penalties.user,
        penalties_opponent=penalties.opponent,
        stats=stats,
        disputed_at=dispute.at,
    )


def _comparison(match: Match, attached: Attached) -> ComparisonView:
    status = "processing" if attached.awaits else "failed"
    agrees: list[str] = []
    differs: dict[str, Difference] = {}
    if attached.reading and match.confirmed:
        status = "read"
        compared = compare_reading(match.confirmed, attached.reading, match.confirmed.seen_from)
        agrees, differs = compared.agrees, compared.differs
    return ComparisonView(
        by=_who(match, attached.player_id),
        status=status,
        agrees=agrees,
        differs=differs,
        failure=attached.failure,
    )
