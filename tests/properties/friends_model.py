"""Matches that two players share, as plain dictionaries: the rules of confirming said once more.

A match is seen by its owner; `half_of` says how its players see it. A request is open until it has
an `ending`.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tests.properties.friends_erasing import without
from tests.properties.friends_joining import score_fits, the_same_match
from tests.properties.friends_seen import half_of, is_shared, name_of_asker, turned_to
from tests.properties.model import Refused, Shown, is_impossible, numbers_said, turned

OPPOSITE = {"left": "right", "right": "left", None: None}


class FriendsModel:
    """All matches of players with these display names, and how many events there were."""

    def __init__(self, names: Mapping[UUID, str | None]) -> None:
        self.names = dict(names)
        self.matches: dict[UUID, dict[str, Any]] = {}
        self.gone: set[UUID] = set()
        self.events = 0

    @property
    def players(self) -> list[UUID]:
        """Those who are still here."""
        return [player for player in self.names if player not in self.gone]

    def upload(self, match_id: UUID, match: Shown, said: Shown | None) -> None:
        self.matches[match_id] = {
            **match, "id": match_id, "played_at": match["played_at"] or match["created_at"],
            "version": 0, "asked": None, "reading": None, "failure": None, "confirmed": None,
            "seen_from": None, "deleted": False, "erased": False, "history": [],
            "verification": "none", "request": None, "was_asked": False, "friend": None,
            "dispute": None, "attached": None, "was_verified": False, "was_disputed": set(),
            "has_corrected": set(), "has_lost_friend": False, "joined": None,
        }  # fmt: skip
        self._record(match_id, "screenshot_uploaded", asked=1)
        if said is not None:
            self._record(match_id, "stats_confirmed", **numbers_said(self.matches[match_id], said))

    def hear(self, match_id: UUID, asked: int, reading: Any, failure: Any) -> None:
        """A picture was read or not; it counts if it is one that the match waits for."""
        match = self.matches[match_id]
        if match["erased"] and not is_shared(match):
            raise Refused("NotFound")
        happened = "stats_extracted" if reading else "extraction_failed"
        failure = None if reading else failure
        if match["attached"] and match["attached"]["asked"] == asked:
            heard = {**match["attached"], "asked": None, "reading": reading, "failure": failure}
            self._record(match_id, happened, attached=heard)
        elif match["asked"] == asked:
            heard = {"asked": None, "failure": failure, **({"reading": reading} if reading else {})}
            if reading and match["has_lost_friend"]:
                heard["reading"] = {**reading, "left": None, "right": None}
            self._record(match_id, happened, **heard)

    def read_again(self, match_id: UUID, player: UUID) -> None:
        match = self.matches[match_id]
        self.present(match_id, player)
        if player != match["owner"]:
            raise Refused("Conflict")
        if match["asked"] is None:
            asked = match["version"] + 1
            self._record(match_id, "extraction_requested", asked=asked, failure=None)

    def correct(self, match_id: UUID, player: UUID, said: Shown) -> None:
        """The other one of a shared match is asked anew when numbers change."""
        self.present(match_id, player)
        self._correct(match_id, player, said)

    def _correct(self, match_id: UUID, player: UUID, said: Shown) -> None:
        half, match = self.half(match_id, player), self.matches[match_id]
        changes = numbers_said(half, said)
        happened = "stats_corrected" if half["confirmed"] else "stats_confirmed"
        if player != match["owner"]:
            called, side = changes.pop("opponent_name"), OPPOSITE[changes["side"]]
            changes |= {
                "side": side or match["side"],
                "seen_from": side or match["seen_from"],
                "confirmed": turned(changes["confirmed"]),
                "friend": {**match["friend"], "calls": called},
            }
        before = match["confirmed"]
        self._record(match_id, happened, **changes)
        if match["confirmed"] == before:
            return
        if match["verification"] == "verified":
            match["has_corrected"].add(player)
        if is_shared(match) and not match["erased"]:
            self._request(match_id, player, None, None)
        elif match["verification"] != "none":
            self._end(match_id, "confirmation_withdrawn", "changed", dispute=None)

    def remove(self, match_id: UUID, player: UUID) -> None:
        self.present(match_id, player)
        match = self.matches[match_id]
        if player == match["owner"]:
            self._record(match_id, "deleted", deleted=True)
        else:
            removed = {**match["friend"], "removed": True}
            self._record(match_id, "removed_by_friend", friend=removed)

    def restore(self, match_id: UUID, player: UUID) -> None:
        self.half(match_id, player)
        match = self.matches[match_id]
        if player == match["owner"]:
            if match["joined"]:
                raise Refused("Conflict")
            if match["deleted"]:
                self._record(match_id, "restored", deleted=False)
        elif match["friend"]["removed"]:
            restored = {**match["friend"], "removed": False}
            self._record(match_id, "restored_by_friend", friend=restored)

    def ask(self, match_id: UUID, player: UUID, code: str | None = None) -> None:
        self.present(match_id, player)
        match, request = self.matches[match_id], self.matches[match_id]["request"]
        is_others = request and not request["ending"] and request["by"] != player
        is_verified = match["verification"] == "verified"
        if match["confirmed"] is None or is_verified or match["erased"] or is_others:
            raise Refused("Conflict")
        self._request(match_id, player, code, self.names[player])

    def withdraw(self, match_id: UUID, player: UUID) -> None:
        self.present(match_id, player)
        match, request = self.matches[match_id], self.matches[match_id]["request"]
        if match["verification"] == "verified":
            raise Refused("Conflict")
        is_open = match["verification"] != "none" and request is not None
        if not is_open or request["by"] != player:
            raise Refused("NotFound")
        self._end(match_id, "confirmation_withdrawn", "withdrawn", dispute=None)

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
            self._correct(match_id, player, {"opponent_name": named})
        called = named or (joined and joined["opponent_name"]) or name_of_asker(match)
        verified = {**self._answered(match, player, called), "was_verified": True}
        if player != match["owner"]:
            verified["friend"]["shares"] = True
        self._end(match_id, "verified", "answered", "verified", dispute=None, **verified)
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
        self._end(match_id, "disputed", "answered", "disputed", dispute=dispute, **answered)

    def attach(self, match_id: UUID, player: UUID, code: str | None) -> None:
        self.refuse_closed(match_id, player, code)
        asked = self.matches[match_id]["version"] + 1
        attached = {"by": player, "asked": asked, "reading": None, "failure": None}
        self._record(match_id, "screenshot_attached", attached=attached)

    def time_passes(self, *, is_long: bool) -> None:
        """Open requests run out after two weeks; before that, somebody is reminded once."""
        for match_id, match in self.matches.items():
            request = match["request"]
            if not request or request["ending"]:
                continue
            if is_long:
                self._end(match_id, "confirmation_expired", "expired")
            elif not request["reminded"]:
                request["reminded"] = True
                players = {match["owner"], match["friend"]["id"]} if is_shared(match) else set()
                [reminded] = players - {request["by"]} or [request["by"]]
                if not self.half(match_id, reminded)["deleted"]:
                    self._record(match_id, "confirmation_reminded")

    def goes(self, player: UUID) -> None:
        """The account ends; what is left of it is taken away after that."""
        self.gone.add(player)
        self.names[player] = None

    def erase(self, player: UUID) -> None:
        self.goes(player)
        for match_id in self.matches:
            self.erase_from(match_id, player)

    def erase_from(self, match_id: UUID, player: UUID) -> None:
        """Nothing is left of them; the other one's half goes on without names."""
        match = self.matches[match_id]
        changes = without(match, player)
        if changes is not None:
            happened = "erased" if player == match["owner"] else "friend_erased"
            self._record(match_id, happened, **changes)

    def half(self, match_id: UUID, player: UUID) -> dict[str, Any]:
        """The match as a player sees it, if it is theirs."""
        half = half_of(self.matches[match_id], player)
        if half is None:
            raise Refused("NotFound")
        return half

    def present(self, match_id: UUID, player: UUID) -> dict[str, Any]:
        """The same, if it is in their list."""
        half = self.half(match_id, player)
        if half["deleted"]:
            raise Refused("NotFound")
        return half

    def _request(self, match_id: UUID, player: UUID, code: str | None, name: str | None) -> None:
        match = self.matches[match_id]
        request = {"by": player, "name": name, "code": code, "ending": None, "reminded": False}
        attached = match["attached"]
        if code and attached:
            is_kept = is_shared(match) and attached["by"] == match["friend"]["id"]
            attached = attached if is_kept and not attached["asked"] else None
        self._record(
            match_id,
            "confirmation_requested",
            verification="requested",
            was_asked=True,
            request=request,
            dispute=None,
            attached=attached,
        )

    def _end(
        self, match_id: UUID, happened: str, ending: str, verification: str = "none", **changes: Any
    ) -> None:
        request = self.matches[match_id]["request"]
        request = request and {**request, "ending": request["ending"] or ending}
        self._record(match_id, happened, verification=verification, request=request, **changes)

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
        self._record(joined["id"], "joined", deleted=True, joined=match["id"])

    def attach_read(self, match_id: UUID, player: UUID, reading: Any) -> None:
        attached = {"by": player, "asked": None, "reading": reading, "failure": None}
        self._record(match_id, "screenshot_attached")
        self._record(match_id, "stats_extracted", attached=attached)

    def _record(self, match_id: UUID, happened: str, **changes: Any) -> None:
        match = self.matches[match_id]
        match.update(changes, version=match["version"] + 1)
        match["history"].append(happened)
        self.events += 1


def _is_free(match: dict[str, Any], player: UUID) -> bool:
    """Whether a match is the player's own, is there, has numbers and concerns nobody else."""
    is_there = match["owner"] == player and not match["deleted"]
    has_numbers = match["confirmed"] or (match["reading"] and not match["asked"])
    is_private = match["verification"] == "none" and not is_shared(match)
    return bool(is_there and has_numbers and is_private)
