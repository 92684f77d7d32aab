"""One frozen example of each event; all but the last are the history of one match."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from events.base import Cause
from events.matches import (
    ConfirmationExpired,
    ConfirmationReminded,
    ConfirmationRequested,
    ConfirmationWithdrawn,
    ExtractionFailed,
    ExtractionRequested,
    FriendErased,
    MatchDeleted,
    MatchDisputed,
    MatchErased,
    MatchEvent,
    MatchJoined,
    MatchRestored,
    MatchVerified,
    RemovedByFriend,
    RestoredByFriend,
    ScreenshotAttached,
    ScreenshotUploaded,
    StatsConfirmed,
    StatsCorrected,
    StatsExtracted,
    Withdrawal,
)
from events.reading import FailureReason, Phase, Reading
from events.stats import Pair, Side, Sides

MATCH_ID = UUID("11111111-1111-4111-8111-111111111111")
OWNER_ID = UUID("22222222-2222-4222-8222-222222222222")
REQUEST_ID = UUID("33333333-3333-4333-8333-333333333333")
SCREENSHOT = "ab" * 32
NOON = datetime(2026, 1, 21, 12, 0, tzinfo=UTC)


def cause(number: int = 1, *, at: datetime = NOON, actor: str = f"player:{OWNER_ID}") -> Cause:
    return Cause(
        command_id=UUID(int=number),
        actor=actor,
        occurred_at=at,
        correlation_id=REQUEST_ID,
        causation_id=REQUEST_ID,
    )


READING = Reading(
    screen="efootball.match_stats",
    phase=Phase.FULL_TIME,
    left_name="Borussia Dortmund",
    right_name="iconics",
    score=Sides(4, 2),
    penalties=None,
    stats={"possession": Sides(42, 58), "shots": Sides(17, None)},
    confidence={"score": 0.99, "stats.possession": 0.98, "stats.shots": 0.4},
    warnings=("The right number of shots could not be read.",),
    engine="tesseract 5.5",
    milliseconds=120,
)

UPLOADED = ScreenshotUploaded(
    match_id=MATCH_ID,
    version=1,
    cause=cause(1),
    owner_id=OWNER_ID,
    opponent_name="Yassine",
    screenshot=SCREENSHOT,
    media_type="image/jpeg",
    width=1200,
    height=540,
    side=Side.LEFT,
    played_at=NOON,
)

EXAMPLES: dict[str, MatchEvent] = {
    "match.screenshot_uploaded.v1": UPLOADED,
    "match.extraction_requested.v1": ExtractionRequested(
        match_id=MATCH_ID, version=2, cause=cause(2)
    ),
    "match.stats_extracted.v1": StatsExtracted(
        match_id=MATCH_ID,
        version=3,
        cause=cause(3, actor="ocr"),
        owner_id=OWNER_ID,
        request_id=UPLOADED.id,
        reading=READING,
    ),
    "match.extraction_failed.v1": ExtractionFailed(
        match_id=MATCH_ID,
        version=4,
        cause=cause(4, actor="ocr"),
        request_id=UPLOADED.id,
        reason=FailureReason.NOT_A_STATS_SCREEN,
        detail="This picture shows no statistics screen.",
        attempts=1,
    ),
    "match.stats_confirmed.v1": StatsConfirmed(
        match_id=MATCH_ID,
        version=5,
        cause=cause(5),
        owner_id=OWNER_ID,
        opponent_name="Yassine",
        side=Side.LEFT,
        score=Pair(4, 2),
        penalties=None,
        stats={"possession": Pair(42, 58), "shots": Pair(17, 20)},
        played_at=NOON,
        changed=("stats.shots",),
    ),
    "match.stats_corrected.v1": StatsCorrected(
        match_id=MATCH_ID,
        version=6,
        cause=cause(6),
        owner_id=OWNER_ID,
        opponent_name="Yassine",
        side=Side.RIGHT,
        score=Pair(2, 2),
        penalties=Pair(4, 3),
        stats={"possession": Pair(58, 42)},
        played_at=NOON,
        changed=("score", "penalties", "stats.possession"),
    ),
    "match.deleted.v1": MatchDeleted(match_id=MATCH_ID, version=7, cause=cause(7)),
    "match.restored.v1": MatchRestored(match_id=MATCH_ID, version=8, cause=cause(8)),
}

# The end of a match: nothing happens to it after that.
ERASED = MatchErased(match_id=MATCH_ID, version=9, cause=cause(9))

FRIEND_ID = UUID("44444444-4444-4444-8444-444444444444")
OTHER_MATCH_ID = UUID("55555555-5555-4555-8555-555555555555")
BY_FRIEND = f"player:{FRIEND_ID}"
ASKED = ConfirmationRequested(
    match_id=MATCH_ID,
    version=9,
    cause=cause(10),
    player_id=OWNER_ID,
    name="Nadir",
    code_hash="cd" * 32,
    expires_at=NOON + timedelta(days=14),
)
# What the two players of a match do about its confirmation; not all of it in one history.
BETWEEN_PLAYERS: dict[str, MatchEvent] = {
    "match.confirmation_requested.v1": ASKED,
    "match.confirmation_withdrawn.v1": ConfirmationWithdrawn(
        match_id=MATCH_ID, version=10, cause=cause(11), reason=Withdrawal.CHANGED
    ),
    "match.confirmation_expired.v1": ConfirmationExpired(
        match_id=MATCH_ID, version=10, cause=cause(11, actor="system"), request_id=ASKED.id
    ),
    "match.confirmation_reminded.v1": ConfirmationReminded(
        match_id=MATCH_ID,
        version=10,
        cause=cause(11, actor="system"),
        request_id=ASKED.id,
        player_id=OWNER_ID,
    ),
    "match.verified.v1": MatchVerified(
        match_id=MATCH_ID,
        version=10,
        cause=cause(11, actor=BY_FRIEND),
        player_id=FRIEND_ID,
        request_id=ASKED.id,
        name="Yassine",
        opponent_name="Nadir",
    ),
    "match.disputed.v1": MatchDisputed(
        match_id=MATCH_ID,
        version=10,
        cause=cause(11, actor=BY_FRIEND),
        player_id=FRIEND_ID,
        request_id=ASKED.id,
        name="Yassine",
        opponent_name="Nadir",
        reason="It was 2-2.",
        score=Pair(2, 2),
        penalties=None,
        stats={"shots": Pair(20, 17)},
    ),
    "match.screenshot_attached.v1": ScreenshotAttached(
        match_id=MATCH_ID,
        version=11,
        cause=cause(12, actor=BY_FRIEND),
        player_id=FRIEND_ID,
        screenshot="ef" * 32,
        media_type="image/png",
        width=2400,
        height=1080,
    ),
    "match.joined.v1": MatchJoined(
        match_id=MATCH_ID,
        version=4,
        cause=cause(11, actor=BY_FRIEND),
        into=OTHER_MATCH_ID,
    ),
    "match.removed_by_friend.v1": RemovedByFriend(
        match_id=MATCH_ID, version=12, cause=cause(13, actor=BY_FRIEND)
    ),
    "match.restored_by_friend.v1": RestoredByFriend(
        match_id=MATCH_ID, version=13, cause=cause(14, actor=BY_FRIEND)
    ),
    "match.friend_erased.v1": FriendErased(
        match_id=MATCH_ID, version=14, cause=cause(15, actor="system"), player_id=FRIEND_ID
    ),
}
EVERY_EXAMPLE: dict[str, MatchEvent] = {**EXAMPLES, "match.erased.v1": ERASED, **BETWEEN_PLAYERS}
