"""Which own match is the one that is about to be shared, told by plain numbers."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from tests.properties.model import Shown, seen

TWO_DAYS = timedelta(days=2)


def the_same_match(shared: dict[str, Any], own: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """The own match that agrees most: in the score, and in two statistics at least.

    `shared` is seen by the player. Among equals the one counts that was played nearest in time,
    then the later one, then the one with the lower id.
    """
    alike = []
    for match in own:
        apart = abs(match["played_at"] - shared["played_at"])
        agreeing = max((_agreeing(shared["confirmed"], each) for each in _views(match)), default=-1)
        if apart <= TWO_DAYS and agreeing >= 2:
            later = -match["played_at"].timestamp()
            alike.append(((-agreeing, apart, later, match["id"]), match))
    return min(alike, key=lambda each: each[0])[1] if alike else None


def score_fits(shared: dict[str, Any], named: dict[str, Any]) -> bool:
    """Whether the score of the named match is the same, seen from any side."""
    return any(each["score"] == shared["confirmed"]["score"] for each in _views(named))


def comparison(confirmed: Shown, read: Shown) -> tuple[set[str], dict[str, Any]]:
    """Fields that agree, and both values of those that do not."""
    said = {"score": confirmed["score"], "penalties": confirmed["penalties"] or (None, None)}
    seen = {"score": read["score"], "penalties": read["penalties"] or (None, None)}
    for key in confirmed["stats"].keys() & read["stats"].keys():
        said[f"stats.{key}"], seen[f"stats.{key}"] = confirmed["stats"][key], read["stats"][key]
    agree, differ = set(), {}
    for field, values in said.items():
        both = list(zip(values, seen[field], strict=True))
        if any(None not in pair and pair[0] != pair[1] for pair in both):
            differ[field] = (values, seen[field])
        elif all(None not in pair for pair in both):
            agree.add(field)
    return agree, differ


def _views(match: dict[str, Any]) -> list[Shown]:
    if match["confirmed"]:
        return [match["confirmed"]]
    return [seen(match["reading"], side) for side in ("left", "right")]


def _agreeing(confirmed: Shown, numbers: Shown) -> int:
    agree, differ = comparison(confirmed, numbers)
    return -1 if differ or "score" not in agree else len(agree - {"score", "penalties"})
