"""Matches as plain dictionaries: the rules said once more, in other words than the code's own.

Nothing here comes from the parts that are tested. Sides are ``left`` and ``right``, numbers are
tuples: of a reading (left, right), of what the player says (user, opponent).
"""

from typing import Any, Final
from uuid import UUID

Numbers = tuple[int | None, int | None]
Shown = dict[str, Any]

# Names, and what is left of them when people compare them.
FOLDED: Final = {
    "Dortmund": "dortmund",
    "DORT-MUND": "dortmund",
    "iconics": "iconics",
    "Köln": "koln",
    "Koln": "koln",
    "Yassine": "yassine",
    "***": "***",
}
STATISTICS: Final = (
    "possession", "shots", "shots_on_target", "fouls", "offsides", "corner_kicks", "free_kicks",
    "passes", "completed_passes", "crosses", "interceptions", "tackles", "saves",
)  # fmt: skip
WHO: Final = ("user", "opponent")


class Refused(Exception):
    """The rules say no; the message is the kind of refusal."""


class Model:
    """All matches, and what was recorded of them: (match, what happened) by position."""

    def __init__(self) -> None:
        self.matches: dict[UUID, dict[str, Any]] = {}
        self.log: list[tuple[UUID, str]] = []
        self._names: list[dict[UUID, dict[str, int]]] = [{}]

    def names_of(self, owner: UUID, position: int) -> list[str]:
        """The player's names as they were after `position`, the most frequent first."""
        names = self._names[position].get(owner, {})
        return sorted(names, key=lambda name: (-names[name], name))

    def upload(self, match_id: UUID, match: dict[str, Any], said: Shown | None) -> None:
        """A new match, with numbers sent along or without."""
        self.matches[match_id] = {
            **match, "played_at": match["played_at"] or match["created_at"], "version": 0,
            "asked": None, "reading": None, "failure": None, "confirmed": None, "seen_from": None,
            "deleted": False, "history": [],
        }  # fmt: skip
        self._record(match_id, "screenshot_uploaded", asked=1)
        try:
            if said is not None:
                self.confirm(match_id, said)
        except Refused:
            del self.matches[match_id], self.log[-1], self._names[-1]
            raise

    def answer(self, match_id: UUID, asked: int, reading: Any, failure: Any) -> None:
        """The OCR read the picture or failed; it counts if it is what the match waits for."""
        match = self.matches[match_id]
        if match["asked"] != asked:
            return
        if reading:
            self._record(match_id, "stats_extracted", asked=None, reading=reading, failure=None)
        else:
            self._record(match_id, "extraction_failed", asked=None, failure=failure)

    def read_again(self, match_id: UUID) -> None:
        match = self._present(match_id)
        if match["asked"] is None:
            version = match["version"] + 1
            self._record(match_id, "extraction_requested", asked=version, failure=None)

    def delete(self, match_id: UUID) -> None:
        self._present(match_id)
        self._record(match_id, "deleted", deleted=True)

    def restore(self, match_id: UUID) -> None:
        if self.matches[match_id]["deleted"]:
            self._record(match_id, "restored", deleted=False)

    def confirm(self, match_id: UUID, said: Shown) -> None:
        match = self._present(match_id)
        happened = "stats_corrected" if match["confirmed"] else "stats_confirmed"
        self._record(match_id, happened, **numbers_said(match, said))

    def _present(self, match_id: UUID) -> dict[str, Any]:
        if self.matches[match_id]["deleted"]:
            raise Refused("NotFound")
        return self.matches[match_id]

    def _record(self, match_id: UUID, happened: str, **changes: Any) -> None:
        match = self.matches[match_id]
        match.update(changes, version=match["version"] + 1)
        match["history"].append(happened)
        self.log.append((match_id, happened))
        self._names.append(self._own_names())

    def _own_names(self) -> dict[UUID, dict[str, int]]:
        """How often each player had which name on their own side of what they confirmed."""
        names: dict[UUID, dict[str, int]] = {}
        for match in self.matches.values():
            side = side_of(match)
            if match["deleted"] or not match["confirmed"] or not match["reading"] or not side:
                continue
            if name := match["reading"][side]:
                own = names.setdefault(match["owner"], {})
                own[FOLDED[name]] = own.get(FOLDED[name], 0) + 1
        return names


def shown(match: dict[str, Any]) -> Shown:
    """What an answer shows of the match, but for the times of our own clock."""
    confirmed = match["confirmed"]
    return {
        "status": _status(match),
        "version": match["version"],
        "opponent_name": match["opponent_name"],
        "side": match["side"],
        **flat(confirmed or {"score": (None, None), "penalties": None}),
        "stats": pairs(confirmed["stats"]) if confirmed else {},
        "result": result(match),
        "failure": match["failure"],
        "created_at": match["created_at"],
        "played_at": match["played_at"],
        "extracted_data": _extracted(match) if match["reading"] else None,
    }


def numbers_said(match: dict[str, Any], said: Shown) -> dict[str, Any]:
    """What a match becomes by what its player says; raises `Refused`.

    What is left out stays as it was confirmed, or else as it was read. The sides of what stays are
    turned when the player turns out to be on another side than the one that it was seen from.
    """
    said = _without_unknown_possession(said)
    if is_impossible(said):
        raise Refused("Invalid")
    name = said.get("opponent_name", match["opponent_name"])
    side = said.get("side") or match["side"] or _side_by_score(match["reading"], said)
    seen_from = match["seen_from"] if match["confirmed"] else None
    if match["confirmed"]:
        before = match["confirmed"]
        if side and seen_from and side != seen_from:
            before = turned(before)
    elif match["reading"]:
        seen_from = side or _side_by_names(match, name) or "left"
        before = seen(match["reading"], seen_from)
    else:
        before = {"score": (None, None), "penalties": None, "stats": {}}
    score, penalties = (
        tuple(
            said.get(f"{what}_{who}", earlier)
            for who, earlier in zip(WHO, before[what] or (None, None), strict=True)
        )
        for what in ("score", "penalties")
    )
    if None in score or (penalties[0] is None) != (penalties[1] is None):
        raise Refused("Invalid")
    return {
        "opponent_name": name,
        "side": side,
        "seen_from": side or seen_from,
        "played_at": said.get("played_at") or match["played_at"],
        "confirmed": {
            "score": score,
            "penalties": penalties if penalties[0] is not None else None,
            "stats": said.get("stats", before["stats"]),
        },
    }


def result(match: dict[str, Any]) -> str | None:
    """Win, draw or loss: by the score, and by the shoot-out if that is level."""
    if not match["confirmed"]:
        return None
    for user, opponent in (match["confirmed"]["score"], match["confirmed"]["penalties"] or (0, 0)):
        if user != opponent:
            return "win" if user > opponent else "loss"
    return "draw"


def _status(match: dict[str, Any]) -> str:
    if match["confirmed"]:
        return "confirmed"
    if match["asked"] is not None:
        return "processing"
    return "extracted" if match["reading"] else "failed"


def _extracted(match: dict[str, Any]) -> Shown:
    side = side_of(match)
    numbers = seen(match["reading"], side or "left")
    return {
        **flat(numbers),
        "stats": pairs(numbers["stats"]),
        "left_name": match["reading"]["left"],
        "right_name": match["reading"]["right"],
        "side": side,
    }


def side_of(match: dict[str, Any]) -> str | None:
    return match["side"] or _side_by_names(match, match["opponent_name"])


def _side_by_names(match: dict[str, Any], opponent_name: str) -> str | None:
    """The opponent's name tells first, then the names that the player had before."""
    reading = match["reading"]
    if not reading:
        return None
    folded = {side: FOLDED.get(reading[side]) for side in ("left", "right")}
    opponent = FOLDED.get(opponent_name, opponent_name)
    is_opponent = {side: folded[side] == opponent for side in folded}
    if is_opponent["left"] != is_opponent["right"]:
        return "right" if is_opponent["left"] else "left"
    is_own = {side: folded[side] in match["own_names"] for side in folded}
    if is_own["left"] != is_own["right"]:
        return "left" if is_own["left"] else "right"
    return None


def _side_by_score(reading: Any, said: Shown) -> str | None:
    """A whole score that fits the reading from one side only tells the side."""
    if not reading or not {"score_user", "score_opponent"} <= said.keys():
        return None
    sent = (said["score_user"], said["score_opponent"])
    fits = [side for side in ("left", "right") if seen(reading, side)["score"] == sent]
    return fits[0] if len(fits) == 1 else None


def seen(reading: Any, side: str) -> Shown:
    numbers = {key: reading[key] for key in ("score", "penalties", "stats")}
    return numbers if side == "left" else turned(numbers)


def turned(numbers: Shown) -> Shown:
    return {
        "score": numbers["score"][::-1],
        "penalties": numbers["penalties"] and numbers["penalties"][::-1],
        "stats": {key: values[::-1] for key, values in numbers["stats"].items()},
    }


def flat(numbers: Shown) -> Shown:
    penalties = numbers["penalties"] or (None, None)
    return {
        "score_user": numbers["score"][0],
        "score_opponent": numbers["score"][1],
        "penalties_user": penalties[0],
        "penalties_opponent": penalties[1],
    }


def pairs(stats: dict[str, Numbers]) -> Shown:
    return {
        key: {who: value for who, value in zip(WHO, values, strict=True) if value is not None}
        for key, values in stats.items()
    }


def _without_unknown_possession(said: Shown) -> Shown:
    if said.get("stats", {}).get("possession") != (0, 0):
        return said
    known = {key: values for key, values in said["stats"].items() if key != "possession"}
    return {**said, "stats": known}


def is_impossible(said: Shown) -> bool:
    numbers = [said.get(f"{what}_{who}") for what in ("score", "penalties") for who in WHO]
    if any(number is not None and not 0 <= number <= 99 for number in numbers):
        return True
    for key, values in said.get("stats", {}).items():
        known = [value for value in values if value is not None]
        greatest = 100 if key == "possession" else 9999
        if key not in STATISTICS or not known or not 0 <= min(known) <= max(known) <= greatest:
            return True
        if key == "possession" and len(known) == 2 and sum(known) != 100:
            return True
    return False
