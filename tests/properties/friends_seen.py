"""How the two players of a match see it, by the model: turned, and with what the other one says."""

from typing import Any, Final
from uuid import UUID

from tests.properties.friends_joining import comparison
from tests.properties.model import Shown, flat, pairs, seen, shown, side_of, turned

OPPOSITE: Final[dict[str | None, Any]] = {"left": "right", "right": "left", None: None}


def is_shared(match: dict[str, Any]) -> bool:
    """Whether there is a friend whose match it is as well."""
    return bool(match["friend"] and match["friend"]["shares"])


def half_of(match: dict[str, Any], player: UUID) -> dict[str, Any] | None:
    """The match as a player sees it whose it is, and None for everybody else."""
    if match["owner"] == player:
        return None if match["erased"] else match
    if is_shared(match) and match["friend"]["id"] == player:
        return turned_to(match, player, match["friend"]["calls"])
    return None


def turned_to(match: dict[str, Any], player: UUID, called: str) -> dict[str, Any]:
    """The match from the other side, for a player who calls its owner so."""
    told = match["seen_from"] if match["confirmed"] else None
    side = OPPOSITE[told or side_of(match)]
    friend = match["friend"]
    is_theirs = is_shared(match) and friend["id"] == player
    return {
        **match,
        "owner": player,
        "opponent_name": called,
        "side": side,
        "seen_from": side if match["confirmed"] else None,
        "own_names": [],
        "asked": None,
        "failure": None,
        "confirmed": match["confirmed"] and turned(match["confirmed"]),
        "deleted": not is_theirs or friend["removed"],
        "is_turned_from": match["owner"],
    }


def name_of_asker(match: dict[str, Any]) -> str:
    """The name that they show, or else the one on the owner's side of the screen."""
    if match["request"]["name"] or not match["reading"]:
        return match["request"]["name"] or ""
    told = match["seen_from"] if match["confirmed"] else None
    return match["reading"][told or side_of(match) or "left"] or ""


def seen_with_code(match: dict[str, Any], player: UUID) -> dict[str, Any]:
    """The match as somebody sees it who holds the code for it."""
    if half := half_of(match, player):
        return half
    friend = match["friend"]
    is_friend = friend and friend["id"] == player
    return turned_to(match, player, friend["calls"] if is_friend else name_of_asker(match))


def answer_of(half: dict[str, Any]) -> Shown:
    """What an answer shows of a half, but for what depends on our clock."""
    answer = {**shown(half), "verification": half["verification"], "confirmation": None}
    if half["was_asked"]:
        answer["confirmation"] = _confirmation(half)
    return answer


def _confirmation(half: dict[str, Any]) -> Shown:
    request, friend, viewer = half["request"], half["friend"], half["owner"]
    owner = half.get("is_turned_from")
    friend_id = friend and friend["id"]
    if owner:
        friend_id = owner if is_shared(half) and not half["erased"] else None
    return {
        "asked_by": _who(viewer, request["by"]) if request and not request["ending"] else None,
        "is_shared": is_shared(half),
        "friend_id": friend_id and str(friend_id),
        "friend_name": friend["name"] if friend and not owner else None,
        "dispute": half["dispute"] and _dispute(half["dispute"], viewer),
        "comparison": half["attached"] and _comparison(half, half["attached"]),
    }


def _dispute(dispute: dict[str, Any], viewer: UUID) -> Shown:
    said: Shown = {
        "score": dispute["score"] or (None, None),
        "penalties": None,
        "stats": dispute["stats"] or {},
    }
    if dispute["by"] != viewer:
        said = turned(said)
    return {
        "by": _who(viewer, dispute["by"]),
        "reason": dispute["reason"],
        **flat(said),
        "stats": None if dispute["stats"] is None else pairs(said["stats"]),
    }


def _comparison(half: dict[str, Any], attached: dict[str, Any]) -> Shown:
    """The reading from the side that fits better, or else from the player's own."""
    agree: set[str] = set()
    differ: dict[str, Any] = {}
    status = "processing" if attached["asked"] else "failed"
    if attached["reading"] and half["confirmed"]:
        status = "read"
        first = half["seen_from"] or "left"
        views = [seen(attached["reading"], side) for side in (first, OPPOSITE[first])]
        tried = [comparison(half["confirmed"], view) for view in views]
        agree, differ = max(tried, key=lambda each: len(each[0]) - len(each[1]))
    return {
        "by": _who(half["owner"], attached["by"]),
        "status": status,
        "agrees": agree,
        "differs": {
            field: pairs({"confirmed": said, "read": read})
            for field, (said, read) in differ.items()
        },
        "failure": attached["failure"],
    }


def _who(viewer: UUID, player: UUID) -> str:
    return "user" if viewer == player else "opponent"
