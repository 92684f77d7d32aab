"""Matches made up from a seed, with numbers as they happen in the game."""

from random import Random
from typing import Final

from ocr_service.truth import Truth

NAMES: Final = (
    "Borussia Dortmund",
    "iconics",
    "FC Barcelona",
    "Real Madrid",
    "Manchester Utd",
    "Juventus",
    "Inter Milano",
    "Bayern",
    "Galatasaray",
    "Persija",
    "Al Ahly",
    "Kashima",
    "Dream Team",
    "Legends FC",
    "Yassine",
    "Rachid 10",
    "Team 1908",
    "Barca 4ever",
    "Red Star",
    "Santos FC",
)
PHASES: Final = ("Full Time", "Full Time", "Full Time", "Half Time", "After Extra Time")


def seeded(seed: int) -> Random:
    """The random numbers that a drawing is made from."""
    return Random(seed)  # noqa: S311, nothing here is secret


def random_match(rng: Random) -> Truth:
    """A match with every statistic; level after extra time, it has a shoot-out."""
    left_name, right_name = rng.sample(NAMES, 2)
    phase = rng.choice(PHASES)
    score = (_goals(rng), _goals(rng))
    penalties = None
    if phase == "After Extra Time" and rng.random() < 0.6:
        score = (score[0], score[0])
        penalties = _shoot_out(rng)
    return Truth(
        left_name=left_name,
        right_name=right_name,
        score=score,
        phase=phase,
        penalties=penalties,
        stats=_stats(rng),
    )


def _goals(rng: Random) -> int:
    return (
        rng.randint(10, 28)
        if rng.random() < 0.06
        else rng.choice((0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9))
    )


def _shoot_out(rng: Random) -> tuple[int, int]:
    winner = rng.randint(2, 11)
    loser = winner - rng.randint(1, min(3, winner))
    return (winner, loser) if rng.random() < 0.5 else (loser, winner)


def _stats(rng: Random) -> dict[str, tuple[int, int]]:
    possession = rng.randint(18, 82)
    sides = [_side(rng), _side(rng)]
    return {"possession": (possession, 100 - possession)} | {
        statistic: (sides[0][statistic], sides[1][statistic]) for statistic in sides[0]
    }


def _side(rng: Random) -> dict[str, int]:
    shots = rng.randint(0, 38)
    passes = rng.choice((rng.randint(20, 99), rng.randint(100, 420), rng.randint(100, 999)))
    return {
        "shots": shots,
        "shots_on_target": rng.randint(0, shots),
        "fouls": rng.randint(0, 12),
        "offsides": rng.randint(0, 9),
        "corner_kicks": rng.randint(0, 15),
        "free_kicks": rng.randint(0, 14),
        "passes": passes,
        "completed_passes": rng.randint(passes // 2, passes),
        "crosses": rng.randint(0, 25),
        "interceptions": rng.randint(0, 69),
        "tackles": rng.randint(0, 48),
        "saves": rng.randint(0, 19),
    }
