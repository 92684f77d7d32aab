"""The rules of answering: the asked player says that the numbers are right, or what is wrong."""

from collections.abc import Sequence
from typing import Final

from msgspec import UNSET

from command_api.confirmations.commands import Answerer, Confirm, Dispute
from command_api.confirmations.rules import open_request
from command_api.matches.commands import ConfirmStats
from command_api.matches.confirming import confirm as confirm_numbers
from command_api.matches.numbers import checked
from events.base import Cause
from events.match import Match
from events.matches import (
    MatchDisputed,
    MatchEvent,
    MatchJoined,
    MatchVerified,
    ScreenshotAttached,
    StatsConfirmed,
    StatsCorrected,
    StatsExtracted,
)
from events.names import holds_control_characters, name_fault
from events.refusals import Invalid
from events.seats import half_of, name_of_asker
from events.stats import Pair

LONGEST_REASON: Final = 500


def confirm(
    match: Match | None, answerer: Answerer, command: Confirm, joined: Match | None, cause: Cause
) -> Sequence[MatchEvent]:
    """The numbers are right. From the first time on the match is shared, and `joined` part of it.

    `joined` is an own match of whoever answers; its screenshot and reading come along.
    """
    match, asked = open_request(match, answerer, cause.occurred_at)
    if isinstance(command.opponent_name, str) and (fault := name_fault(command.opponent_name)):
        raise Invalid("This name cannot be used.", {"opponent_name": [fault]})
    if joined and not is_first_answer(match, answerer):
        raise Invalid("The match is shared already.", {"match_id": ["Leave this out."]})
    named = command.opponent_name if isinstance(command.opponent_name, str) else None
    renamed = _renamed(match, answerer, named, cause) if named else ()
    verified = MatchVerified(
        match_id=match.id,
        version=match.version + len(renamed) + 1,
        cause=cause,
        player_id=answerer.player_id,
        request_id=asked.id,
        name=answerer.name,
        opponent_name=named or (joined and joined.opponent_name) or name_of_asker(match, asked),
    )
    return [*renamed, verified, *(_joining(match, verified, joined) if joined else ())]


def dispute(
    match: Match | None, answerer: Answerer, command: Dispute, cause: Cause
) -> Sequence[MatchDisputed]:
    """The numbers are wrong."""
    match, asked = open_request(match, answerer, cause.occurred_at)
    numbers = _checked(command, cause)
    if fault := _reason_fault(command.reason):
        raise Invalid("A reason is needed that your opponent can read.", {"reason": [fault]})
    score = _pair(numbers.score_user, numbers.score_opponent, "score")
    penalties = _pair(numbers.penalties_user, numbers.penalties_opponent, "penalties")
    return [
        MatchDisputed(
            match_id=match.id,
            version=match.version + 1,
            cause=cause,
            player_id=answerer.player_id,
            request_id=asked.id,
            name=answerer.name,
            opponent_name=name_of_asker(match, asked),
            reason=command.reason.strip(),
            score=score,
            penalties=penalties,
            stats=None if numbers.stats is UNSET else numbers.stats,
        )
    ]


def is_first_answer(match: Match, answerer: Answerer) -> bool:
    """Whether the match is about to become somebody's who does not have it yet."""
    return match.sharer is None and answerer.player_id != match.owner_id


def _renamed(
    match: Match, answerer: Answerer, name: str, cause: Cause
) -> Sequence[StatsConfirmed | StatsCorrected]:
    """Who has the match already calls the other one otherwise now: a correction of that alone."""
    half = half_of(match, answerer.player_id)
    if half is None or half.opponent_name == name:
        return ()
    return (confirm_numbers(half, ConfirmStats(opponent_name=name), cause),)


def _joining(
    match: Match, verified: MatchVerified, joined: Match
) -> Sequence[ScreenshotAttached | StatsExtracted | MatchJoined]:
    """The own match is counted as the shared one from now on, and what was read of it is kept."""
    cause, player_id = verified.cause, verified.player_id
    gone = MatchJoined(match_id=joined.id, version=joined.version + 1, cause=cause, into=match.id)
    if joined.reading is None:
        return [gone]
    attached = ScreenshotAttached(
        match_id=match.id,
        version=verified.version + 1,
        cause=cause,
        player_id=player_id,
        screenshot=joined.screenshot,
        media_type=joined.media_type,
        width=joined.width,
        height=joined.height,
    )
    extracted = StatsExtracted(
        match_id=match.id,
        version=verified.version + 2,
        cause=cause,
        owner_id=player_id,
        request_id=attached.id,
        reading=joined.reading,
    )
    return [attached, extracted, gone]


def _checked(command: Dispute, cause: Cause) -> ConfirmStats:
    """The numbers of a dispute; raises `Invalid` with a sentence for each fault."""
    numbers = ConfirmStats(
        score_user=command.score_user,
        score_opponent=command.score_opponent,
        penalties_user=command.penalties_user,
        penalties_opponent=command.penalties_opponent,
        stats=command.stats,
    )
    return checked(numbers, cause.occurred_at)


def _pair(user: object, opponent: object, name: str) -> Pair | None:
    """Both numbers, or None where neither is said; raises `Invalid` for one without the other."""
    values = {f"{name}_user": user, f"{name}_opponent": opponent}
    said = {field: value for field, value in values.items() if isinstance(value, int)}
    if len(said) == 1:
        missing = {field: ["This number is needed."] for field in values if field not in said}
        raise Invalid("The numbers of both sides are needed.", missing)
    return Pair(*said.values()) if said else None


def _reason_fault(reason: str) -> str | None:
    if not reason.strip():
        return "A reason is needed."
    if len(reason) > LONGEST_REASON:
        return f"This is too long: at most {LONGEST_REASON} characters."
    if holds_control_characters(reason.replace("\n", " ")):
        return "A reason cannot hold control characters other than line breaks."
    return None
