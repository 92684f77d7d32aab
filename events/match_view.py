"""A match as both APIs show it: one shape, so that a command and a query never disagree."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from events.confirmation_view import ConfirmationView, confirmation_view
from events.match import Match, Result, Status
from events.perspective import SIDE_UNKNOWN, Perspective, numbers_of, perspective_of
from events.reading import Failure, Phase, Reading
from events.sharing import Verification
from events.stats import Pair, Side


class ExtractedData(Struct, frozen=True, kw_only=True):
    """What was read from the picture, seen from the player's side."""

    screen: str
    phase: Phase | None
    left_name: str | None
    right_name: str | None
    score_user: int | None
    score_opponent: int | None
    penalties_user: int | None
    penalties_opponent: int | None
    stats: dict[str, Pair]
    confidence: dict[str, float]
    warnings: list[str]
    engine: str
    side: Side | None
    side_reason: str


class Pictures(Struct, frozen=True):
    """Where the picture of a match is, whole and small."""

    screenshot: str
    thumbnail: str

    @classmethod
    def with_token(cls, match_id: UUID | str) -> "Pictures":
        """The addresses for the owner, with a token; see `events.media` for those without."""
        address = f"/api/matches/{match_id}/screenshot/"
        return cls(address, f"{address}?size=thumb")


class MatchView(Struct, frozen=True, kw_only=True):
    """A match as API answers hold it; numbers are the confirmed ones, else null and empty."""

    id: UUID
    status: Status
    version: int
    opponent_name: str
    side: Side | None
    score_user: int | None
    score_opponent: int | None
    penalties_user: int | None
    penalties_opponent: int | None
    result: Result | None
    stats: dict[str, Pair]
    extracted_data: ExtractedData | None
    failure: Failure | None
    screenshot: str
    thumbnail: str
    duplicate_of: UUID | None
    created_at: datetime
    played_at: datetime
    confirmed_at: datetime | None
    verification: Verification
    confirmation: ConfirmationView | None


def view(match: Match) -> MatchView:
    """The half of a match as its player is shown it."""
    perspective = perspective_of(match)
    confirmed = match.confirmed
    score = confirmed.score if confirmed else Pair()
    penalties = (confirmed.penalties if confirmed else None) or Pair()
    pictures = Pictures.with_token(match.id)
    return MatchView(
        id=match.id,
        status=match.status,
        version=match.version,
        opponent_name=match.opponent_name,
        side=match.side,
        score_user=score.user,
        score_opponent=score.opponent,
        penalties_user=penalties.user,
        penalties_opponent=penalties.opponent,
        result=match.result,
        stats=confirmed.stats if confirmed else {},
        extracted_data=extracted_data(match.reading, perspective) if match.reading else None,
        failure=match.failure,
        screenshot=pictures.screenshot,
        thumbnail=pictures.thumbnail,
        duplicate_of=None,
        created_at=match.created_at,
        played_at=match.played_at,
        confirmed_at=confirmed.at if confirmed else None,
        verification=match.verification,
        confirmation=confirmation_view(match),
    )


def extracted_data(reading: Reading, perspective: Perspective) -> ExtractedData:
    """A reading as the player sees it."""
    numbers = numbers_of(reading, perspective.side_or_left)
    penalties = numbers.penalties or Pair()
    return ExtractedData(
        screen=reading.screen,
        phase=reading.phase,
        left_name=reading.left_name,
        right_name=reading.right_name,
        score_user=numbers.score.user,
        score_opponent=numbers.score.opponent,
        penalties_user=penalties.user,
        penalties_opponent=penalties.opponent,
        stats=numbers.stats,
        confidence=reading.confidence,
        warnings=[*reading.warnings, *([] if perspective.side else [SIDE_UNKNOWN])],
        engine=reading.engine,
        side=perspective.side,
        side_reason=perspective.reason,
    )
