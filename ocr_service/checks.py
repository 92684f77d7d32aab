"""What the numbers of one screen must satisfy together, and sentences where they do not."""

from collections.abc import Iterator, Mapping
from typing import Final

from events.reading import Phase
from events.stats import Sides, greatest

NAMES: Final = {
    "possession": "possession",
    "shots": "shots",
    "shots_on_target": "shots on target",
    "fouls": "fouls",
    "offsides": "offsides",
    "corner_kicks": "corner kicks",
    "free_kicks": "free kicks",
    "passes": "passes",
    "completed_passes": "successful passes",
    "crosses": "crosses",
    "interceptions": "interceptions",
    "tackles": "tackles",
    "saves": "saves",
}

# The first may never be greater than the second.
PARTS: Final = (("shots_on_target", "shots"), ("completed_passes", "passes"))


def is_in_range(statistic: str, value: int) -> bool:
    """Whether `value` can stand in the row of `statistic` at all."""
    return 0 <= value <= greatest(statistic)


def contradictions(stats: Mapping[str, Sides]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The statistics that cannot all be right, with a sentence that says why."""
    possession = stats.get("possession", Sides())
    if possession.left is not None and possession.right is not None:
        total = possession.left + possession.right
        if total != 100:
            yield ("possession",), f"Possession adds up to {total}, not 100. Please check it."
    for part, whole in PARTS:
        parts, wholes = stats.get(part, Sides()), stats.get(whole, Sides())
        for side in ("left", "right"):
            few, many = getattr(parts, side), getattr(wholes, side)
            if few is not None and many is not None and few > many:
                yield (
                    (part, whole),
                    f"On the {side}, {NAMES[part]} ({few}) are more than {NAMES[whole]} ({many})."
                    " Please check both.",
                )


def shoot_out_contradictions(
    score: Sides, penalties: Sides | None
) -> Iterator[tuple[tuple[str, ...], str]]:
    """A shoot-out comes after a level match, and has a winner; no statistic is in doubt."""
    if penalties is None or not penalties.is_complete:
        return
    if score.is_complete and score.left != score.right:
        yield (), "A penalty shoot-out is shown although the score is not level. Please check both."
    if penalties.left == penalties.right:
        yield (), "The penalty shoot-out has no winner as it was read. Please check it."


def unread(
    stats: Mapping[str, Sides], score: Sides, penalties: Sides | None = None
) -> Iterator[str]:
    """A sentence for each number that is not there."""
    if not score.is_complete:
        yield f"The score {_where(score)} could not be read. Please type it in."
    if penalties is not None and not penalties.is_complete:
        yield "A penalty shoot-out is shown, but it could not be read. Please type it in."
    for statistic, name in NAMES.items():
        sides = stats.get(statistic, Sides())
        if not sides.is_complete:
            yield f"The {name} {_where(sides)} could not be read. Please type them in."


def phase_warnings(phase: Phase | None) -> Iterator[str]:
    """A sentence when the screen does not show the end of the match, or may not."""
    if phase is Phase.HALF_TIME:
        yield "This screen shows half time: the match was not over yet."
    if phase is None:
        yield "It could not be read whether this screen shows half time or the end of the match."


def _where(sides: Sides) -> str:
    if sides.left is None and sides.right is None:
        return "of both sides"
    return "on the left" if sides.left is None else "on the right"
