"""From columns to text: the likeliest reading of a cell and its probability (CTC)."""

from collections import defaultdict
from math import exp, inf, log
from typing import Final

from msgspec import Struct

from ocr_service.digits.network import BLANK, SYMBOLS, Floats

BEAMS: Final = 6
# Symbols less likely than this in a column are not followed.
LEAST: Final = log(1e-4)


class Guess(Struct, frozen=True):
    """A reading of one cell and how likely the network finds it (0 to 1)."""

    text: str
    probability: float


# Prefixes, each with the logarithms of the probability that it ends in a blank, or does not.
Beams = dict[tuple[int, ...], tuple[float, float]]


def decode(columns: Floats) -> Guess:
    """The likeliest text of one cell: prefix beam search over its columns.

    Different ways to spread the same text over the columns count together, so the probability is
    that of the text and not of one of its spellings.
    """
    beams: Beams = {(): (0.0, -inf)}
    for column in columns.tolist():
        followed = [(symbol, chance) for symbol, chance in enumerate(column) if chance > LEAST]
        if len(followed) == 1 and followed[0][0] == BLANK:
            beams = {prefix: (_add(*ends) + followed[0][1], -inf) for prefix, ends in beams.items()}
        else:
            beams = _grown(beams, followed)
    prefix, ends = max(beams.items(), key=lambda item: _add(*item[1]))
    return Guess("".join(SYMBOLS[symbol] for symbol in prefix), min(1.0, exp(_add(*ends))))


def _grown(beams: Beams, followed: list[tuple[int, float]]) -> Beams:
    """The prefixes after one more column, the likeliest few."""
    grown: dict[tuple[int, ...], list[float]] = defaultdict(lambda: [-inf, -inf])
    for prefix, (blank, ink) in beams.items():
        either = _add(blank, ink)
        for symbol, chance in followed:
            if symbol == BLANK:
                grown[prefix][0] = _add(grown[prefix][0], either + chance)
                continue
            longer = grown[(*prefix, symbol)]
            if prefix and prefix[-1] == symbol:
                grown[prefix][1] = _add(grown[prefix][1], ink + chance)
                longer[1] = _add(longer[1], blank + chance)
            else:
                longer[1] = _add(longer[1], either + chance)
    best = sorted(grown.items(), key=lambda item: -_add(*item[1]))[:BEAMS]
    return {prefix: (blank, ink) for prefix, (blank, ink) in best}


def _add(one: float, other: float) -> float:
    """The logarithm of the sum of two probabilities given as logarithms."""
    if one < other:
        one, other = other, one
    return one if other == -inf else one + log(1 + exp(other - one))
