"""What the OCR saw on one screenshot: a finished reading, or the reason why there is none."""

from enum import StrEnum

from msgspec import Struct

from events.stats import Sides


class Phase(StrEnum):
    """When in the match the screen was shown."""

    HALF_TIME = "half_time"
    FULL_TIME = "full_time"
    AFTER_EXTRA_TIME = "after_extra_time"


class FailureReason(StrEnum):
    """Why a screenshot gave no numbers."""

    NOT_A_STATS_SCREEN = "not_a_stats_screen"
    UNSUPPORTED_SCREEN = "unsupported_screen"
    UNREADABLE = "unreadable"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"


class Reading(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The numbers of one statistics screen, by side of the screen.

    A value that could not be read with confidence is absent (`None`, or no key in `stats`) and
    named in `warnings`; it is never zero and never a guess. `confidence` runs from 0 to 1 under
    the keys ``score``, ``penalties``, ``phase``, ``left_name``, ``right_name`` and
    ``stats.<statistic>``; that of a pair is the smaller of its two. `warnings` are sentences for
    the player. `screen` names the layout (``efootball.match_stats``), `engine` the text engine
    and its version. `likeness` is what the picture looks like, in 64 bits as hexadecimal: those
    of pictures that look alike differ in few bits.
    """

    screen: str
    phase: Phase | None
    left_name: str | None
    right_name: str | None
    score: Sides
    penalties: Sides | None
    stats: dict[str, Sides]
    confidence: dict[str, float]
    warnings: tuple[str, ...]
    engine: str
    milliseconds: int
    likeness: str | None = None


class Failure(Struct, frozen=True, kw_only=True):
    """Why the picture could not be read, with a sentence for the player."""

    reason: FailureReason
    detail: str


class Unreadable(Struct, frozen=True, kw_only=True):
    """No numbers: the reason, and a sentence for the player."""

    reason: FailureReason
    detail: str
