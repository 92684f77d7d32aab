"""A player's summary, counted naively from the model."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from tests.properties.model import STATISTICS, Model, Shown, result


def summary(model: Model, owner: UUID) -> Shown:
    """The summary of a player."""
    own = [
        (match["played_at"], match_id, match)
        for match_id, match in model.matches.items()
        if match["owner"] == owner and not match["deleted"]
    ]
    played = [each for each in own if each[2]["confirmed"]]
    played.sort(key=lambda each: each[:2])
    results = [result(match) for _, _, match in played]
    scores = [match["confirmed"]["score"] for _, _, match in played]
    stats = [match["confirmed"]["stats"] for _, _, match in played]
    scored, conceded = [score[0] for score in scores], [score[1] for score in scores]
    current, longest = _runs(results)
    return {
        "total_matches": len(played),
        "wins": results.count("win"),
        "draws": results.count("draw"),
        "losses": results.count("loss"),
        "win_rate": round(100 * results.count("win") / len(played), 2) if played else 0.0,
        "goals_scored": sum(scored),
        "goals_conceded": sum(conceded),
        "goal_difference": sum(scored) - sum(conceded),
        "clean_sheets": conceded.count(0),
        "current_streak": current,
        "longest_win_streak": longest,
        "pending": len(own) - len(played),
        "averages": {
            "goals_scored": _average(scored),
            "goals_conceded": _average(conceded),
            **{key: _average(each[key][0] for each in stats if key in each) for key in STATISTICS},
        },
        "opponent_averages": {
            key: _average(each[key][1] for each in stats if key in each) for key in STATISTICS
        },
    }


def listed(model: Model, owner: UUID) -> list[UUID]:
    """The player's matches, the newest first."""
    own: list[tuple[datetime, UUID]] = [
        (match["created_at"], match_id)
        for match_id, match in model.matches.items()
        if match["owner"] == owner and not match["deleted"]
    ]
    return [match_id for _, match_id in sorted(own, reverse=True)]


def _runs(results: list[Any]) -> tuple[int, int]:
    """The run that goes on at the end, and the longest of wins."""
    text = "".join(each[0] for each in results)  # w, d, l
    last = text[-1:]
    current = len(text) - len(text.rstrip(last)) if last in ("w", "l") else 0
    longest = max(map(len, text.replace("l", "d").split("d")), default=0)
    return (-current if last == "l" else current), longest


def _average(values: Iterable[int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), 2) if known else None
