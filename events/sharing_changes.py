"""How each event changes what came of asking the other player."""

from uuid import UUID

from msgspec.structs import replace

from events.matches import (
    ConfirmationExpired,
    ConfirmationReminded,
    ConfirmationRequested,
    ConfirmationWithdrawn,
    ExtractionFailed,
    FriendErased,
    MatchDisputed,
    MatchVerified,
    RemovedByFriend,
    RestoredByFriend,
    ScreenshotAttached,
    StatsExtracted,
    Withdrawal,
)
from events.reading import Failure
from events.sharing import Attached, Dispute, Ending, Friend, Request, Sharing, Verification

SharingEvent = (
    ConfirmationRequested
    | ConfirmationWithdrawn
    | ConfirmationExpired
    | ConfirmationReminded
    | MatchVerified
    | MatchDisputed
    | ScreenshotAttached
    | RemovedByFriend
    | RestoredByFriend
    | FriendErased
)


def evolve_sharing(sharing: Sharing | None, event: SharingEvent, owner_id: UUID) -> Sharing:
    """What it is after `event`, of a match of `owner_id`."""
    sharing = sharing or Sharing()
    match event:
        case ConfirmationRequested():
            return _requested(sharing, event)
        case ConfirmationWithdrawn():
            return _withdrawn(sharing, event, owner_id)
        case ConfirmationExpired():
            return _ended(sharing, Ending.EXPIRED, Verification.NONE)
        case ConfirmationReminded():
            request = sharing.request and replace(sharing.request, is_reminded=True)
            return replace(sharing, request=request)
        case MatchVerified():
            return _verified(sharing, event)
        case MatchDisputed():
            return _disputed(sharing, event)
        case ScreenshotAttached():
            return replace(sharing, attached=_attached(event))
        case RemovedByFriend() | RestoredByFriend():
            is_removed = isinstance(event, RemovedByFriend)
            friend = sharing.friend and replace(sharing.friend, is_removed=is_removed)
            return replace(sharing, friend=friend)
        case FriendErased():
            return _friend_erased(sharing, event)


def read(sharing: Sharing, event: StatsExtracted | ExtractionFailed) -> Sharing:
    """The same once there is an outcome of reading the attached screenshot."""
    assert sharing.attached  # noqa: S101  # it asked for the reading
    if isinstance(event, StatsExtracted):
        attached = replace(sharing.attached, awaits=None, reading=event.reading)
    else:
        failure = Failure(reason=event.reason, detail=event.detail)
        attached = replace(sharing.attached, awaits=None, failure=failure)
    return replace(sharing, attached=attached)


def orphaned(sharing: Sharing, owner_id: UUID) -> Sharing:
    """The same after the owner's account was erased: the friend goes on alone."""
    sharing = without(sharing, owner_id)
    friend = sharing.friend and replace(sharing.friend, opponent_name="")
    if sharing.open_request:  # there is nobody to answer it
        sharing = _ended(sharing, Ending.WITHDRAWN, Verification.NONE)
    return replace(sharing, friend=friend, has_lost_owner=True)


def without(sharing: Sharing, player_id: UUID) -> Sharing:
    """The same with nothing of a player left in it; that numbers were verified stays true."""
    friend, dispute, attached = sharing.friend, sharing.dispute, sharing.attached
    request, verification = sharing.request, sharing.verification
    if friend and friend.player_id == player_id:
        friend = None
    if dispute and dispute.player_id == player_id:
        dispute, verification = None, Verification.NONE
    if attached and (attached.player_id == player_id or attached.awaits):
        attached = None  # what waits for its reading waits no more
    if request and request.player_id == player_id:
        request = None
        if verification is Verification.REQUESTED:
            verification = Verification.NONE
    elif request and not request.code_hash and not request.ending:
        # Only the one who is gone was asked.
        request, verification = replace(request, ending=Ending.WITHDRAWN), Verification.NONE
    return replace(
        sharing,
        friend=friend,
        dispute=dispute,
        attached=attached,
        request=request,
        verification=verification,
    )


def _friend_erased(sharing: Sharing, event: FriendErased) -> Sharing:
    had = sharing.sharer
    is_lost = sharing.has_lost_friend or (had is not None and had.player_id == event.player_id)
    return replace(without(sharing, event.player_id), has_lost_friend=is_lost)


def _requested(sharing: Sharing, event: ConfirmationRequested) -> Sharing:
    request = Request(
        id=event.id,
        player_id=event.player_id,
        name=event.name,
        code_hash=event.code_hash,
        requested_at=event.cause.occurred_at,
        expires_at=event.expires_at,
    )
    return replace(
        _taken_back(sharing, event.player_id),
        verification=Verification.REQUESTED,
        request=request,
        dispute=None,
        attached=_kept(sharing) if event.code_hash else sharing.attached,
    )


def _kept(sharing: Sharing) -> Attached | None:
    """The attached screenshot, if it is the sharer's and read; another may answer a new code."""
    attached, sharer = sharing.attached, sharing.sharer
    is_theirs = attached and sharer and attached.player_id == sharer.player_id
    return attached if attached and is_theirs and not attached.awaits else None


def _withdrawn(sharing: Sharing, event: ConfirmationWithdrawn, owner_id: UUID) -> Sharing:
    if event.reason is Withdrawal.CHANGED:
        # There is one player who could change numbers: two who share the match ask each other.
        friend = sharing.friend if sharing.has_lost_owner else None
        sharing = _taken_back(sharing, friend.player_id if friend else owner_id)
    ending = Ending.CHANGED if event.reason is Withdrawal.CHANGED else Ending.WITHDRAWN
    return replace(_ended(sharing, ending, Verification.NONE), dispute=None)


def _taken_back(sharing: Sharing, player_id: UUID) -> Sharing:
    """Numbers that were verified do not hold any more, because `player_id` changed them."""
    if sharing.verification is not Verification.VERIFIED:
        return sharing
    corrected = _added(sharing.past.corrected, player_id)
    return replace(sharing, past=replace(sharing.past, corrected=corrected))


def _verified(sharing: Sharing, event: MatchVerified) -> Sharing:
    sharing = _answered(sharing, event, Verification.VERIFIED)
    friend = sharing.friend
    if friend and friend.player_id == event.player_id and friend.since is None:
        friend = replace(friend, since=event.version)
    return replace(
        sharing, friend=friend, dispute=None, past=replace(sharing.past, was_verified=True)
    )


def _disputed(sharing: Sharing, event: MatchDisputed) -> Sharing:
    asked_by = sharing.request.player_id if sharing.request else event.player_id
    sharing = _answered(sharing, event, Verification.DISPUTED)
    dispute = Dispute(
        player_id=event.player_id,
        reason=event.reason,
        score=event.score,
        penalties=event.penalties,
        stats=event.stats,
        at=event.cause.occurred_at,
    )
    disputed = _added(sharing.past.disputed, asked_by)
    return replace(sharing, dispute=dispute, past=replace(sharing.past, disputed=disputed))


def _answered(
    sharing: Sharing, event: MatchVerified | MatchDisputed, verification: Verification
) -> Sharing:
    """The request is answered; whoever answered is the friend, unless it is the owner."""
    is_by_asked_owner = sharing.sharer and sharing.sharer.player_id != event.player_id
    friend = sharing.friend
    if not is_by_asked_owner and (friend is None or friend.since is None):
        friend = Friend(
            player_id=event.player_id, name=event.name, opponent_name=event.opponent_name
        )
    elif friend and friend.player_id == event.player_id:
        friend = replace(friend, name=event.name)
    return replace(_ended(sharing, Ending.ANSWERED, verification), friend=friend)


def _ended(sharing: Sharing, ending: Ending, verification: Verification) -> Sharing:
    request = sharing.request
    if request and not request.ending:
        request = replace(request, ending=ending)
    return replace(sharing, verification=verification, request=request)


def _attached(event: ScreenshotAttached) -> Attached:
    return Attached(
        player_id=event.player_id,
        screenshot=event.screenshot,
        media_type=event.media_type,
        awaits=event.id,
    )


def _added(players: tuple[UUID, ...], player_id: UUID) -> tuple[UUID, ...]:
    return players if player_id in players else (*players, player_id)
