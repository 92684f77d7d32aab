"""Matches that two players may share, as plain dictionaries, and what each does to the own half.

A match is seen by its owner; `half_of` says how its players see it. A request is open until it has
an `ending`.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tests.properties.friends_erasing import without
from tests.properties.friends_seen import half_of, is_shared
from tests.properties.model import Refused, Shown, numbers_said, turned

OPPOSITE = {"left": "right", "right": "left", None: None}


class FriendsMatches:
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
        self.record(match_id, "screenshot_uploaded", asked=1)
        if said is not None:
            self.record(match_id, "stats_confirmed", **numbers_said(self.matches[match_id], said))

    def hear(self, match_id: UUID, asked: int, reading: Any, failure: Any) -> None:
        """A picture was read or not; it counts if it is one that the match waits for."""
        match = self.matches[match_id]
        if match["erased"] and not is_shared(match):
            raise Refused("NotFound")
        happened = "stats_extracted" if reading else "extraction_failed"
        failure = None if reading else failure
        if match["attached"] and match["attached"]["asked"] == asked:
            heard = {**match["attached"], "asked": None, "reading": reading, "failure": failure}
            self.record(match_id, happened, attached=heard)
        elif match["asked"] == asked:
            heard = {"asked": None, "failure": failure, **({"reading": reading} if reading else {})}
            if reading and match["has_lost_friend"]:
                heard["reading"] = {**reading, "left": None, "right": None}
            self.record(match_id, happened, **heard)

    def read_again(self, match_id: UUID, player: UUID) -> None:
        match = self.matches[match_id]
        self.present(match_id, player)
        if player != match["owner"]:
            raise Refused("Conflict")
        if match["asked"] is None:
            asked = match["version"] + 1
            self.record(match_id, "extraction_requested", asked=asked, failure=None)

    def correct(self, match_id: UUID, player: UUID, said: Shown) -> None:
        """The other one of a shared match is asked anew when numbers change."""
        self.present(match_id, player)
        self.correct_half(match_id, player, said)

    def correct_half(self, match_id: UUID, player: UUID, said: Shown) -> None:
        """The same, though it may not be in their list."""
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
        self.record(match_id, happened, **changes)
        if match["confirmed"] == before:
            return
        if match["verification"] == "verified":
            match["has_corrected"].add(player)
        if is_shared(match) and not match["erased"]:
            self.request(match_id, player, None, None)
        elif match["verification"] != "none":
            self.end(match_id, "confirmation_withdrawn", "changed", dispute=None)

    def remove(self, match_id: UUID, player: UUID) -> None:
        self.present(match_id, player)
        match = self.matches[match_id]
        if player == match["owner"]:
            self.record(match_id, "deleted", deleted=True)
        else:
            removed = {**match["friend"], "removed": True}
            self.record(match_id, "removed_by_friend", friend=removed)

    def restore(self, match_id: UUID, player: UUID) -> None:
        self.half(match_id, player)
        match = self.matches[match_id]
        if player == match["owner"]:
            if match["joined"]:
                raise Refused("Conflict")
            if match["deleted"]:
                self.record(match_id, "restored", deleted=False)
        elif match["friend"]["removed"]:
            restored = {**match["friend"], "removed": False}
            self.record(match_id, "restored_by_friend", friend=restored)

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
            self.record(match_id, happened, **changes)

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

    def request(self, match_id: UUID, player: UUID, code: str | None, name: str | None) -> None:
        match = self.matches[match_id]
        request = {"by": player, "name": name, "code": code, "ending": None, "reminded": False}
        attached = match["attached"]
        if code and attached:
            is_kept = is_shared(match) and attached["by"] == match["friend"]["id"]
            attached = attached if is_kept and not attached["asked"] else None
        self.record(
            match_id,
            "confirmation_requested",
            verification="requested",
            was_asked=True,
            request=request,
            dispute=None,
            attached=attached,
        )

    def end(
        self, match_id: UUID, happened: str, ending: str, verification: str = "none", **changes: Any
    ) -> None:
        request = self.matches[match_id]["request"]
        request = request and {**request, "ending": request["ending"] or ending}
        self.record(match_id, happened, verification=verification, request=request, **changes)

    def record(self, match_id: UUID, happened: str, **changes: Any) -> None:
        match = self.matches[match_id]
        match.update(changes, version=match["version"] + 1)
        match["history"].append(happened)
        self.events += 1
