"""Friends, tables and opponents of players, counted naively from the model."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tests.properties.friends_model import FriendsModel
from tests.properties.friends_seen import half_of, is_shared
from tests.properties.model import FOLDED, Model, Shown, result
from tests.properties.summing import summary

Match = dict[str, Any]
SUMMED: Final = (
    "goals_scored", "goals_conceded", "goal_difference", "clean_sheets", "current_streak",
    "longest_win_streak", "averages", "opponent_averages",
)  # fmt: skip


def halves(model: FriendsModel, player: UUID) -> dict[UUID, Match]:
    """A player's matches as they see them, removed ones too."""
    seen = {match_id: half_of(match, player) for match_id, match in model.matches.items()}
    return {match_id: half for match_id, half in seen.items() if half}


def own(model: FriendsModel, player: UUID) -> Model:
    """The same, for those who sum up the matches of one player."""
    of_player = Model()
    of_player.matches = halves(model, player)
    return of_player


def opponents(model: FriendsModel, player: UUID) -> dict[str, Shown]:
    """Head-to-heads by folded name."""
    met: dict[str, list[Match]] = {}
    for half in halves(model, player).values():
        if half["confirmed"] and not half["deleted"]:
            name = half["opponent_name"]
            met.setdefault(str(FOLDED.get(name, name)), []).append(half)
    return {folded: _head_to_head(player, _in_order(matches)) for folded, matches in met.items()}


def friends(model: FriendsModel, player: UUID) -> list[Shown]:
    """Those with whom a match is verified, the one met last first."""
    met: dict[UUID, list[Match]] = {}
    for half, other in _encounters(model, player):
        met.setdefault(other, []).append(half)
    rows = [
        {
            "id": str(other),
            "display_name": model.names[other],
            "opponent_name": _called(_in_order(matches)),
            **_sums(matches),
            "last_met_at": max(half["played_at"] for half in matches),
            "form": _form(matches),
            "trust": _trust(model, other),
        }
        for other, matches in met.items()
    ]
    rows.sort(key=lambda row: row["id"])
    return sorted(rows, key=lambda row: row["last_met_at"], reverse=True)


def leaderboard(
    model: FriendsModel, player: UUID, since: datetime | None, until: datetime | None
) -> list[Shown]:
    """The table of a player and their friends; equal ones by id."""
    circle = {player, *(other for _, other in _encounters(model, player))}
    rows = []
    for each in sorted(circle):
        matches = [
            half
            for half, other in _encounters(model, each)
            if other in circle
            and (since is None or half["played_at"] >= since)
            and (until is None or half["played_at"] < until)
        ]
        sums = _sums(matches)
        points = 3 * sums["won"] + sums["drawn"]
        rows.append(
            {
                "id": str(each),
                "is_me": each == player,
                "display_name": model.names[each],
                **sums,
                "points": points,
                "form": _form(matches),
            }
        )
    places = [(row["points"], row["goal_difference"], row["goals_scored"]) for row in rows]
    for row, place in zip(rows, places, strict=True):
        row["rank"] = 1 + sum(other > place for other in places)
    return sorted(rows, key=lambda row: row["rank"])


def _encounters(model: FriendsModel, player: UUID) -> list[tuple[Match, UUID]]:
    """The player's halves of matches that both have and say are right, and who the other one is."""
    found = []
    for match in model.matches.values():
        if match["erased"] or not is_shared(match) or match["verification"] != "verified":
            continue
        both = (match["owner"], match["friend"]["id"])
        if player in both and not (match["deleted"] and match["friend"]["removed"]):
            half = half_of(match, player)
            assert half is not None
            found.append((half, both[both[0] == player]))
    return found


def _trust(model: FriendsModel, player: UUID) -> Shown:
    """Removed matches count as well, once somebody was asked about them."""
    seen = list(halves(model, player).values())
    matches = sum(
        half["confirmed"] is not None
        and half["joined"] is None
        and (half["was_asked"] or not half["deleted"])
        for half in seen
    )
    counts = {
        "verified": sum(half["was_verified"] for half in seen),
        "disputed": sum(player in half["was_disputed"] for half in seen),
        "corrected": sum(player in half["has_corrected"] for half in seen),
    }
    shares = {
        f"{name}_share": round(100 * count / matches, 2) if matches else None
        for name, count in counts.items()
    }
    return {"matches": matches, **counts, **shares}


def _called(matches: list[Match]) -> str | None:
    """What the friend is called in the last match that the player did not remove."""
    listed = [half["opponent_name"] for half in matches if not half["deleted"]]
    return listed[-1] if listed else None


def _head_to_head(player: UUID, matches: list[Match]) -> Shown:
    alone = Model()
    alone.matches = {half["id"]: half for half in matches}
    sums = summary(alone, player)
    names = [half["opponent_name"] for half in matches]
    others = sorted(set(names) - {names[-1]}, key=lambda name: (-names.count(name), name))
    return {
        "opponent_name": names[-1],
        "other_spellings": others,
        "played": sums["total_matches"],
        "won": sums["wins"],
        "drawn": sums["draws"],
        "lost": sums["losses"],
        "last_met_at": matches[-1]["played_at"],
        "form": _form(matches),
        **{name: sums[name] for name in SUMMED},
    }


def _in_order(matches: list[Match]) -> list[Match]:
    return sorted(matches, key=lambda half: (half["played_at"], half["id"]))


def _form(matches: list[Match]) -> list[str | None]:
    return [result(half) for half in _in_order(matches)][::-1][:5]


def _sums(matches: list[Match]) -> dict[str, int]:
    results = [result(half) for half in matches]
    scores = [half["confirmed"]["score"] for half in matches]
    scored, conceded = sum(score[0] for score in scores), sum(score[1] for score in scores)
    return {
        "played": len(matches),
        "won": results.count("win"),
        "drawn": results.count("draw"),
        "lost": results.count("loss"),
        "goals_scored": scored,
        "goals_conceded": conceded,
        "goal_difference": scored - conceded,
    }
