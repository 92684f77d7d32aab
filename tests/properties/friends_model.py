"""The rules of confirming a match by its other player, said once more."""

from typing import Any
from uuid import UUID

from tests.properties.friends_joining import score_fits, the_same_match
from tests.properties.friends_matches import FriendsMatches
from tests.properties.friends_seen import is_shared, name_of_asker, turned_to
from tests.properties.model import Refused, Shown, is_impossible


class FriendsModel(FriendsMatches):
    """What the players ask and answer about all these matches, too."""

    def ask(self, match_id: UUID, player: UUID, code: str | None = None) -> None:
        self.present(match_id, player)
        match, request = self.matches[match_id], self.matches[match_id]["request"]
        is_others = request and not request["ending"] and request["by"] != player
        is_verified = match["verification"] == "verified"
        if match["confirmed"] is None or is_verified or match["erased"] or is_others:
            raise Refused("Conflict")
        self.request(match_id, player, code, self.names[player])

    def withdraw(self, match_id: UUID, player: UUID) -> None:
        self.present(match_id, player)
        match, request = self.matches[match_id], self.matches[match_id]["request"]
        if match["verification"] == "verified":
            raise Refused("Conflict")
        is_open = match["verification"] != "none" and request is not None
        if not is_open or request["by"] != player:
            raise Refused("NotFound")
        self.end(match_id, "confirmation_withdrawn", "withdrawn", dispute=None)

    def refuse_closed(self, match_id: UUID, player: UUID, code: str | None) -> None:
        """Only the other player may answer: the friend, or else whoever begins to first."""
        match = self.matches[match_id]
        if code is None:
            self.present(match_id, player)
        request, friend, attached = match["request"], match["friend"], match["attached"]
        if request is None or (match["deleted"] and not is_shared(match)):
            raise Refused("NotFound")
        if code is not None and code != request["code"]:
            raise Refused("NotFound")
        others = attached and attached["by"] != player
        if is_shared(match):
            others = player not in (match["owner"], friend["id"])
        if others or request["by"] == player or request["ending"]:
            raise Refused("Conflict")

    def confirm(self, match_id: UUID, player: UUID, code: str | None, said: Shown) -> None:
        """The first time, an own match that is the same one becomes part of this one.

        Later, a name that is given corrects the one before.
        """
        self.refuse_closed(match_id, player, code)
        match = self.matches[match_id]
        is_first = not is_shared(match) and player != match["owner"]
        joined = self._joined(match, player, said) if is_first else None
        if not is_first and said.get("match_id"):
            raise Refused("Invalid")
        named = said.get("opponent_name")
        if named and not is_first and named != self.half(match_id, player)["opponent_name"]:
            self.correct_half(match_id, player, {"opponent_name": named})
        called = named or (joined and joined["opponent_name"]) or name_of_asker(match)
        verified = {**self._answered(match, player, called), "was_verified": True}
        if player != match["owner"]:
            verified["friend"]["shares"] = True
        self.end(match_id, "verified", "answered", "verified", dispute=None, **verified)
        if joined:
            self._join(match, joined, player)

    def dispute(self, match_id: UUID, player: UUID, code: str | None, said: Shown) -> None:
        self.refuse_closed(match_id, player, code)
        match = self.matches[match_id]
        stats = said.get("stats")
        if stats and stats.get("possession") == (0, 0):  # nobody says that: it is not known
            stats = {key: values for key, values in stats.items() if key != "possession"}
            said = {**said, "stats": stats}
        score = (said.get("score_user"), said.get("score_opponent"))
        if is_impossible(said) or not said["reason"] or (None in score and score != (None, None)):
            raise Refused("Invalid")
        dispute = {
            "by": player,
            "reason": said["reason"],
            "score": None if None in score else score,
            "stats": stats,
        }
        match["was_disputed"].add(match["request"]["by"])
        answered = self._answered(match, player, name_of_asker(match))
        self.end(match_id, "disputed", "answered", "disputed", dispute=dispute, **answered)

    def attach(self, match_id: UUID, player: UUID, code: str | None) -> None:
        self.refuse_closed(match_id, player, code)
        asked = self.matches[match_id]["version"] + 1
        attached = {"by": player, "asked": asked, "reading": None, "failure": None}
        self.record(match_id, "screenshot_attached", attached=attached)

    def time_passes(self, *, is_long: bool) -> None:
        """Open requests run out after two weeks; before that, somebody is reminded once."""
        for match_id, match in self.matches.items():
            request = match["request"]
            if not request or request["ending"]:
                continue
            if is_long:
                self.end(match_id, "confirmation_expired", "expired")
            elif not request["reminded"]:
                request["reminded"] = True
                players = {match["owner"], match["friend"]["id"]} if is_shared(match) else set()
                [reminded] = players - {request["by"]} or [request["by"]]
                if not self.half(match_id, reminded)["deleted"]:
                    self.record(match_id, "confirmation_reminded")

    def _answered(self, match: dict[str, Any], player: UUID, called: str) -> dict[str, Any]:
        """Whoever answers is the friend, unless it is the owner; the first who shares stays so."""
        name = self.names[player]
        if player == match["owner"]:
            return {}
        if is_shared(match):
            return {"friend": {**match["friend"], "name": name}}
        friend = {"id": player, "name": name, "calls": called, "shares": False, "removed": False}
        return {"friend": friend}

    def _joined(self, match: dict[str, Any], player: UUID, said: Shown) -> dict[str, Any] | None:
        shared = turned_to(match, player, "")
        own = [each for each in self.matches.values() if _is_free(each, player)]
        if "match_id" not in said:
            return the_same_match(shared, own)
        if said["match_id"] is None:
            return None
        named = self.matches.get(said["match_id"])
        if named is None or named not in own or not score_fits(shared, named):
            raise Refused("Invalid")
        return named

    def _join(self, match: dict[str, Any], joined: dict[str, Any], player: UUID) -> None:
        if joined["reading"]:
            self.attach_read(match["id"], player, joined["reading"])
        self.record(joined["id"], "joined", deleted=True, joined=match["id"])

    def attach_read(self, match_id: UUID, player: UUID, reading: Any) -> None:
        attached = {"by": player, "asked": None, "reading": reading, "failure": None}
        self.record(match_id, "screenshot_attached")
        self.record(match_id, "stats_extracted", attached=attached)


def _is_free(match: dict[str, Any], player: UUID) -> bool:
    """Whether a match is the player's own, is there, has numbers and concerns nobody else."""
    is_there = match["owner"] == player and not match["deleted"]
    has_numbers = match["confirmed"] or (match["reading"] and not match["asked"])
    is_private = match["verification"] == "none" and not is_shared(match)
    return bool(is_there and has_numbers and is_private)
