"""A match has one or two players here: its owner, and the friend who shares it, who sees it turned.

Everything that shows or counts matches works on one player's half, which is a `Match` as its
`owner_id` sees it; so no reader of a half has to ask whose it is.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec.structs import replace

from events.match import Confirmed, Match, without_names
from events.perspective import perspective_of
from events.sharing import Request
from events.stats import Side


def halves(match: Match) -> tuple[Match, ...]:
    """The match as each of its players sees it; a player whose account is erased is none."""
    own = () if match.is_erased else (match,)
    sharer = match.sharer
    return (*own, turned(match, sharer.player_id, sharer.opponent_name)) if sharer else own


def half_of(match: Match, player_id: UUID) -> Match | None:
    """The match as `player_id` sees it, or None where it is not theirs."""
    if match.owner_id == player_id:
        return match
    sharer = match.sharer
    if sharer and sharer.player_id == player_id:
        return turned(match, player_id, sharer.opponent_name)
    return None


def halves_in(states: Sequence[Match], player_id: UUID) -> list[Match]:
    """The states of one match, in order, as `player_id` sees them, whose it is in the end.

    A friend sees turned what happened before they came, too. Where one of the two is gone, no
    state shows the names that went with them.
    """
    last = states[-1]
    if _has_lost_one(last):  # names that were given after that stay
        states = [state if _has_lost_one(state) else _nameless(state) for state in states]
    if last.owner_id == player_id:
        return list(states)
    called = last.sharer.opponent_name if last.sharer else ""
    states = [_without_others(state, player_id) for state in states]
    return [turned(state, player_id, called) for state in states]


def _without_others(match: Match, player_id: UUID) -> Match:
    """The match without what somebody answered who was asked before `player_id`."""
    sharing, players = match.sharing, (match.owner_id, player_id)
    if sharing is None:
        return match
    dispute, attached = sharing.dispute, sharing.attached
    return replace(
        match,
        sharing=replace(
            sharing,
            dispute=dispute if dispute and dispute.player_id in players else None,
            attached=attached if attached and attached.player_id in players else None,
        ),
    )


def _has_lost_one(match: Match) -> bool:
    sharing = match.sharing
    return sharing is not None and (sharing.has_lost_owner or sharing.has_lost_friend)


def _nameless(match: Match) -> Match:
    """The match without names, of its players too, and without what one of them wrote."""
    match, sharing = without_names(match), match.sharing
    if sharing is None:
        return match
    friend = sharing.friend and replace(sharing.friend, name=None, opponent_name="")
    request = sharing.request and replace(sharing.request, name=None)
    dispute = sharing.dispute and replace(sharing.dispute, reason="")
    sharing = replace(sharing, friend=friend, request=request, dispute=dispute)
    return replace(match, sharing=sharing)


def seen_with_code(match: Match, player_id: UUID) -> Match:
    """The match as somebody sees it who was given a code for it: as its other player does."""
    if half := half_of(match, player_id):
        return half
    sharing = match.sharing
    if sharing and sharing.friend and sharing.friend.player_id == player_id:
        return turned(match, player_id, sharing.friend.opponent_name)
    asked = sharing.request if sharing else None
    return turned(match, player_id, name_of_asker(match, asked) if asked else "")


def name_of_asker(match: Match, asked: Request) -> str:
    """What the one who asked is called: the name they show, or else that on the screen, or none."""
    if asked.name or match.reading is None:
        return asked.name or ""
    told = match.confirmed.seen_from if match.confirmed else None
    is_left = (told or perspective_of(match).side_or_left) is Side.LEFT
    return (match.reading.left_name if is_left else match.reading.right_name) or ""


def turned(match: Match, player_id: UUID, opponent_name: str) -> Match:
    """The match from the other side, as `player_id` sees it, who calls its owner so.

    It is in their list only if they share it and have not removed it.
    """
    told = match.confirmed.seen_from if match.confirmed else None
    side = told or perspective_of(match).side
    sharer = match.sharer
    is_listed = sharer is not None and sharer.player_id == player_id and not sharer.is_removed
    screenshot, media_type = _picture(match)
    return replace(
        match,
        owner_id=player_id,
        shared_by=match.owner_id,
        opponent_name=opponent_name,
        side=side and side.opposite,
        own_names=(),
        screenshot=screenshot,
        media_type=media_type,
        awaits=None,
        failure=None,
        confirmed=match.confirmed and _turned_numbers(match.confirmed, side),
        is_deleted=not is_listed,
        is_erased=False,
    )


def _turned_numbers(confirmed: Confirmed, side: Side | None) -> Confirmed:
    return Confirmed(
        score=confirmed.score.swapped,
        penalties=confirmed.penalties and confirmed.penalties.swapped,
        stats={key: pair.swapped for key, pair in confirmed.stats.items()},
        at=confirmed.at,
        seen_from=side and side.opposite,
    )


def _picture(match: Match) -> tuple[str, str]:
    """Key and media type: the owner's picture; once they are gone, the one the friend attached."""
    attached = match.sharing.attached if match.sharing else None
    if not match.is_erased:
        return match.screenshot, match.media_type
    return (attached.screenshot, attached.media_type) if attached else ("", match.media_type)


def involved(match: Match) -> frozenset[UUID]:
    """The players other than the owner of whom the state of the match holds anything."""
    sharing = match.sharing
    if sharing is None:
        return frozenset()
    # Of the other player, only one who is the friend can have asked.
    holders = (sharing.friend, sharing.dispute, sharing.attached)
    return frozenset(each.player_id for each in holders if each) - {match.owner_id}
