"""Stored name <-> event type: the names in the log, and the upcasters of older versions.

A stored name never changes its meaning. A field may be added to an event with a default;
any other change takes a new name (`...v2`) and an upcaster from the old one, which turns the
stored fields of the old version into those of the next.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

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
)
from events.sealing import Names

Fields = dict[str, Any]
Upcaster = Callable[[Fields], Fields]

CURRENT: Final[Mapping[str, type[MatchEvent]]] = {
    "match.screenshot_uploaded.v1": ScreenshotUploaded,
    "match.extraction_requested.v1": ExtractionRequested,
    "match.stats_extracted.v1": StatsExtracted,
    "match.extraction_failed.v1": ExtractionFailed,
    "match.stats_confirmed.v1": StatsConfirmed,
    "match.stats_corrected.v1": StatsCorrected,
    "match.deleted.v1": MatchDeleted,
    "match.restored.v1": MatchRestored,
    "match.erased.v1": MatchErased,
    "match.confirmation_requested.v1": ConfirmationRequested,
    "match.confirmation_withdrawn.v1": ConfirmationWithdrawn,
    "match.confirmation_expired.v1": ConfirmationExpired,
    "match.confirmation_reminded.v1": ConfirmationReminded,
    "match.verified.v1": MatchVerified,
    "match.disputed.v1": MatchDisputed,
    "match.screenshot_attached.v1": ScreenshotAttached,
    "match.joined.v1": MatchJoined,
    "match.removed_by_friend.v1": RemovedByFriend,
    "match.restored_by_friend.v1": RestoredByFriend,
    "match.friend_erased.v1": FriendErased,
}

NAMES: Final[Mapping[type[MatchEvent], str]] = {kind: name for name, kind in CURRENT.items()}

_OPPONENT: Final = Names(
    owner="owner_id",
    blanks={"opponent_name": ""},
    decoder=msgspec.json.Decoder(tuple[str]),
)

# Where the names of people and teams are, by stored name, old ones too: they are stored sealed.
SEALED: Final[Mapping[str, Names]] = {
    "match.screenshot_uploaded.v1": Names(
        owner="owner_id",
        blanks={"opponent_name": "", "own_names": ()},
        decoder=msgspec.json.Decoder(tuple[str, tuple[str, ...]]),
    ),
    "match.stats_extracted.v1": Names(
        owner="owner_id",
        blanks={"reading.left_name": None, "reading.right_name": None},
        decoder=msgspec.json.Decoder(tuple[str | None, str | None]),
    ),
    "match.stats_confirmed.v1": _OPPONENT,
    "match.stats_corrected.v1": _OPPONENT,
    "match.confirmation_requested.v1": Names(
        owner="player_id",
        blanks={"name": None},
        decoder=msgspec.json.Decoder(tuple[str | None]),
    ),
    "match.verified.v1": Names(
        owner="player_id",
        blanks={"name": None, "opponent_name": ""},
        decoder=msgspec.json.Decoder(tuple[str | None, str]),
    ),
    "match.disputed.v1": Names(
        owner="player_id",
        blanks={"name": None, "opponent_name": "", "reason": ""},
        decoder=msgspec.json.Decoder(tuple[str | None, str, str]),
    ),
}

# Old stored name -> the next name, and what turns the old fields into the next ones.
UPCASTERS: Final[Mapping[str, tuple[str, Upcaster]]] = {}
