"""Stored name <-> event type: the names in the log, and the upcasters of older versions.

A stored name never changes its meaning. A field may be added to an event with a default;
any other change takes a new name (`...v2`) and an upcaster from the old one, which turns the
stored fields of the old version into those of the next.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from events.matches import (
    ExtractionFailed,
    ExtractionRequested,
    MatchDeleted,
    MatchEvent,
    MatchRestored,
    ScreenshotUploaded,
    StatsConfirmed,
    StatsCorrected,
    StatsExtracted,
)

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
}

NAMES: Final[Mapping[type[MatchEvent], str]] = {kind: name for name, kind in CURRENT.items()}

# Old stored name -> the next name, and what turns the old fields into the next ones.
UPCASTERS: Final[Mapping[str, tuple[str, Upcaster]]] = {}
