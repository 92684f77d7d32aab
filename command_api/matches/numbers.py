"""Which numbers a match can have: each fault becomes a sentence under its field."""

from datetime import datetime, timedelta
from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from command_api.matches.commands import ConfirmStats
from events.names import name_fault
from events.refusals import Invalid
from events.stats import GREATEST_SCORE, STATISTICS, Pair, greatest

# A phone's clock may run ahead of ours.
CLOCK_SKEW: Final = timedelta(days=1)
NOT_KNOWN: Final = Pair(0, 0)

Faults = dict[str, list[str]]


def checked(command: ConfirmStats, now: datetime) -> ConfirmStats:
    """The command with sane numbers; raises `Invalid` with a sentence for each fault.

    Possession 0 against 0 is what an untouched form sends: it means "not known" and is dropped.
    """
    if command.stats is not UNSET and command.stats.get("possession") == NOT_KNOWN:
        known = {key: pair for key, pair in command.stats.items() if key != "possession"}
        command = replace(command, stats=known)
    faults: Faults = {}
    for name, greatest_value in (
        ("score_user", GREATEST_SCORE),
        ("score_opponent", GREATEST_SCORE),
        ("penalties_user", GREATEST_SCORE),
        ("penalties_opponent", GREATEST_SCORE),
    ):
        value = getattr(command, name)
        if isinstance(value, int) and not 0 <= value <= greatest_value:
            faults[name] = [f"This must be a number from 0 to {greatest_value}."]
    if command.stats is not UNSET:
        for key, pair in command.stats.items():
            if fault := _fault_of(key, pair):
                faults[f"stats.{key}"] = [fault]
    if command.opponent_name is not UNSET and (fault := name_fault(command.opponent_name)):
        faults["opponent_name"] = [fault]
    if command.played_at and (fault := time_fault(command.played_at, now)):
        faults["played_at"] = [fault]
    if faults:
        raise Invalid("Some numbers cannot be right; see the fields.", faults)
    return command


def time_fault(played_at: datetime, now: datetime) -> str | None:
    """What is wrong with the time of a match, or None."""
    if played_at.tzinfo is None:
        return "A time needs its zone, as in 2026-01-21T18:30:00Z."
    if not datetime(2000, 1, 1, tzinfo=now.tzinfo) <= played_at <= now + CLOCK_SKEW:
        return "This time is in the future or before the year 2000."
    return None


def _fault_of(key: str, pair: Pair) -> str | None:
    if key not in STATISTICS:
        return "There is no such statistic; known are " + ", ".join(STATISTICS) + "."
    values = [value for value in (pair.user, pair.opponent) if value is not None]
    if not values:
        return 'This needs a number for "user", "opponent" or both.'
    if not all(0 <= value <= greatest(key) for value in values):
        return f"This must be a number from 0 to {greatest(key)}."
    if key == "possession" and len(values) == 2 and sum(values) != 100:
        return f"The two sides of possession must add up to 100, not {sum(values)}."
    return None
