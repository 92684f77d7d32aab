"""What is left of a match when the account of one of its players ends, by the model."""

from typing import Any
from uuid import UUID

from tests.properties.friends_seen import is_shared
from tests.properties.model import Shown


def without(match: dict[str, Any], player: UUID) -> Shown | None:
    """What changes in the match when nothing is left of a player; None if nothing was theirs."""
    request, friend = match["request"], match["friend"]
    if player == match["owner"]:
        if match["erased"]:
            return None
        lost = {"deleted": True, "erased": True, "asked": None, **_without_names(match)}
        if friend:
            friend = {**friend, "calls": ""}
    else:
        held = (match["dispute"], match["attached"])
        is_friend = bool(friend and friend["id"] == player)
        if not is_friend and all(each is None or each["by"] != player for each in held):
            return None
        lost = {}
        if is_friend and is_shared(match):
            lost = {"has_lost_friend": True, **_without_names(match)}
        friend = None if is_friend else friend
    if match["dispute"] and match["dispute"]["by"] == player:
        lost |= {"dispute": None, "verification": "none"}
    if (attached := match["attached"]) and (attached["by"] == player or attached["asked"]):
        lost["attached"] = None
    is_over = request and (
        request["by"] == player or player == match["owner"] or request["code"] is None
    )
    if is_over and not request["ending"]:
        request, lost["verification"] = {**request, "ending": "withdrawn"}, "none"
    if request and request["by"] == player:
        request = None
    return {**lost, "request": request, "friend": friend}


def _without_names(match: dict[str, Any]) -> dict[str, Any]:
    """What is left of the names of people; the side that they told stays told."""
    reading = match["reading"]
    return {
        "opponent_name": "",
        "own_names": [],
        "side": match["side"] or (match["seen_from"] if match["confirmed"] else None),
        "reading": reading and {**reading, "left": None, "right": None},
    }
