"""The rules of confirming: what the player says, laid over what was confirmed or read before."""

from msgspec import UNSET, UnsetType

from command_api.matches.commands import ConfirmStats
from command_api.matches.numbers import checked
from events.base import Cause
from events.match import Match
from events.matches import StatsConfirmed, StatsCorrected
from events.perspective import SeenNumbers, numbers_of, perspective, side_seen_from
from events.refusals import Invalid
from events.stats import Pair, Side, seen_from


def confirm(match: Match, command: ConfirmStats, cause: Cause) -> StatsConfirmed | StatsCorrected:
    """What the player says: what is left out stays as it was confirmed, or else as it was read."""
    command = checked(command, cause.occurred_at)
    name = match.opponent_name if command.opponent_name is UNSET else command.opponent_name
    side = _side(match, command)
    before = _before(match, side, name)
    score = _merged(command.score_user, command.score_opponent, before.score if before else None)
    penalties = _merged(
        command.penalties_user, command.penalties_opponent, before.penalties if before else None
    )
    if score.user is None or score.opponent is None:
        raise Invalid("The score is not known yet, so it must be sent.", _missing(score))
    if (penalties.user is None) != (penalties.opponent is None):
        raise Invalid(
            "A shoot-out needs the penalties of both sides.", _missing(penalties, "penalties")
        )
    stats = (before.stats if before else {}) if command.stats is UNSET else command.stats
    numbers = SeenNumbers(score, None if penalties.user is None else penalties, stats)
    event_type = StatsCorrected if match.confirmed else StatsConfirmed
    return event_type(
        match_id=match.id,
        version=match.version + 1,
        cause=cause,
        owner_id=match.owner_id,
        opponent_name=name,
        side=side,
        score=numbers.score,
        penalties=numbers.penalties,
        stats=numbers.stats,
        played_at=command.played_at or None,
        changed=_changed(_read_from(match, side, name), numbers),
        seen_from=side or side_seen_from(match, name),
    )


def _side(match: Match, command: ConfirmStats) -> Side | None:
    """The player's side: as said, or as the whole score that the player sends tells."""
    if command.side:
        return command.side
    if match.side or match.reading is None:
        return match.side
    if command.score_user is UNSET or command.score_opponent is UNSET:
        return None
    said = Pair(command.score_user, command.score_opponent)
    sides = [side for side in Side if seen_from(side, match.reading.score) == said]
    return sides[0] if len(sides) == 1 else None


def _before(match: Match, side: Side | None, opponent_name: str) -> SeenNumbers | None:
    """The numbers as they stand, seen from `side`: confirmed, or else as read."""
    if match.confirmed is None:
        return _read_from(match, side, opponent_name)
    standing = SeenNumbers(match.confirmed.score, match.confirmed.penalties, match.confirmed.stats)
    had = match.confirmed.seen_from
    return _swapped(standing) if had and side and had is not side else standing


def _read_from(match: Match, side: Side | None, opponent_name: str) -> SeenNumbers | None:
    """The reading from `side`, or from where the numbers were seen before."""
    if match.reading is None:
        return None
    had = match.confirmed.seen_from if match.confirmed else None
    told = perspective(match.side, opponent_name, match.reading, match.own_names)
    return numbers_of(match.reading, side or had or told.side_or_left)


def _swapped(numbers: SeenNumbers) -> SeenNumbers:
    return SeenNumbers(
        score=numbers.score.swapped,
        penalties=numbers.penalties.swapped if numbers.penalties else None,
        stats={key: pair.swapped for key, pair in numbers.stats.items()},
    )


def _merged(
    user: int | UnsetType | None, opponent: int | UnsetType | None, before: Pair | None
) -> Pair:
    before = before or Pair()
    return Pair(
        before.user if user is UNSET else user,
        before.opponent if opponent is UNSET else opponent,
    )


def _missing(pair: Pair, name: str = "score") -> dict[str, list[str]]:
    values = {f"{name}_user": pair.user, f"{name}_opponent": pair.opponent}
    return {field: ["This number is needed."] for field, value in values.items() if value is None}


def _changed(read: SeenNumbers | None, numbers: SeenNumbers) -> tuple[str, ...]:
    """What differs from the reading, by name; nothing where there was no reading."""
    if read is None:
        return ()
    names = [
        name
        for name, said, seen in (
            ("score", numbers.score, read.score),
            ("penalties", numbers.penalties, read.penalties),
        )
        if said != seen
    ]
    keys = sorted(numbers.stats.keys() | read.stats.keys())
    return (
        *names,
        *(f"stats.{key}" for key in keys if numbers.stats.get(key) != read.stats.get(key)),
    )
