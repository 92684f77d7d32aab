"""Trains the digit network on drawn cells: CTC loss, backward pass and Adam, in NumPy.

``python -m ocr_service.digits.training FONTS OUTPUT`` takes about twenty minutes on one core. FONTS
is a folder of font files that widen the choice of faces beside our own drawn one. Behind the stored
weights (seeds 1 and 2, 4,000 batches each) are, all under free licences: DejaVu Sans, Droid Sans,
Fira GO, Fredoka One, Hanken Grotesk, Lato, Manrope, Noto Sans, Open Sans, Roboto, Roboto Condensed,
Source Sans Pro, Ubuntu, Ubuntu Mono and Vera Sans. No screenshot was trained on.
"""

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from ocr_service.digits.cells import CellPress
from ocr_service.digits.decoding import decode
from ocr_service.digits.network import (
    BLANK,
    COLUMNS,
    POOLS,
    SYMBOLS,
    Floats,
    Network,
    log_softmax,
    patches,
    pooled,
    rectified,
)

CHANNELS: Final = (12, 24, 32)
COLUMN_CHANNELS: Final = 72
BATCH: Final = 96
RATE: Final = 2e-3
UNLIKELY: Final = np.float32(-1e5)

log = logging.getLogger(__name__)


def fresh(rng: np.random.Generator) -> Network:
    """A network with random weights (He)."""
    inputs = [9, *(9 * channels for channels in CHANNELS[:-1])]
    shapes = [*zip(inputs, CHANNELS, strict=True)]
    shapes += [(3 * 3 * CHANNELS[-1], COLUMN_CHANNELS), (COLUMN_CHANNELS, len(SYMBOLS))]
    weights = [rng.normal(0, (2 / n) ** 0.5, (n, m)).astype(np.float32) for n, m in shapes]
    return Network(weights, [np.zeros(m, np.float32) for _, m in shapes])


def ctc(columns: Floats, texts: Sequence[str]) -> tuple[float, Floats]:
    """The mean loss of a batch, and its gradient for the scores before the softmax."""
    count = len(texts)
    longest = 2 * max(map(len, texts)) + 1
    path = np.full((count, longest), BLANK)
    for row, text in enumerate(texts):
        path[row, 1 : 2 * len(text) : 2] = [SYMBOLS.index(letter) for letter in text]
    ends = np.array([2 * len(text) for text in texts])
    # A symbol may follow the one before the last without a blank between, if they differ.
    skips = np.zeros((count, longest), bool)
    skips[:, 2:] = (path[:, 2:] != BLANK) & (path[:, 2:] != path[:, :-2])
    steps = np.take_along_axis(columns, path[:, None, :].repeat(COLUMNS, 1), axis=2)
    forward = _chances(steps, skips)
    # Backwards is forwards on the reversed path, moved so that its start is the path's end.
    turned = (ends[:, None] - np.arange(longest)) % longest
    turn = np.broadcast_to(turned[:, None], steps.shape)
    back_steps = np.take_along_axis(steps[:, ::-1], turn, axis=2)
    back_path = np.take_along_axis(path, turned, axis=1)
    back_skips = np.zeros_like(skips)
    back_skips[:, 2:] = (back_path[:, 2:] != BLANK) & (back_path[:, 2:] != back_path[:, :-2])
    beyond = np.arange(longest) > ends[:, None]
    back_steps = np.where(beyond[:, None], UNLIKELY, back_steps)
    backward = np.take_along_axis(_chances(back_steps, back_skips), turn, 2)
    backward = backward[:, ::-1]
    together = forward + backward - steps
    together = np.where(beyond[:, None], UNLIKELY, together)
    total = np.logaddexp.reduce(together[:, 0], axis=1)
    share = np.exp((together - total[:, None, None]).clip(max=0))
    wanted = np.zeros_like(columns)
    rows, times = np.ogrid[:count, :COLUMNS]
    for step in range(longest):
        np.add.at(wanted, (rows, times, path[:, None, step]), share[:, :, step])
    gradient = (np.exp(columns) - wanted) / count
    return float(-total.mean()), gradient.astype(np.float32)


def _chances(steps: Floats, skips: npt.NDArray[np.bool_]) -> Floats:
    """Logarithms of the chance to be at each step of the path in each column."""
    chances = np.full(steps.shape, UNLIKELY, np.float32)
    chances[:, 0, :2] = steps[:, 0, :2]
    for time in range(1, COLUMNS):
        stay = chances[:, time - 1]
        one = np.full_like(stay, UNLIKELY)
        one[:, 1:] = stay[:, :-1]
        two = np.full_like(stay, UNLIKELY)
        two[:, 2:] = np.where(skips[:, 2:], stay[:, :-2], UNLIKELY)
        arrived = np.logaddexp(np.logaddexp(stay, one), two)
        chances[:, time] = np.maximum(arrived + steps[:, time], UNLIKELY)
    return chances


def gradients(
    network: Network, cells: Floats, texts: Sequence[str]
) -> tuple[float, list[Floats], list[Floats]]:
    """The loss of a batch, and what it asks of each weight and bias."""
    weights, biases = network.weights, network.biases
    layer = cells[..., None]
    seen, drawn = [], []
    for weight, bias, pool in zip(weights, biases, POOLS, strict=False):
        seen.append(patches(layer, 3, 3))
        drawn.append(rectified(seen[-1] @ weight + bias))
        layer = pooled(drawn[-1], pool)
    count, rows, _, channels = layer.shape
    flat = layer.transpose(0, 2, 1, 3).reshape(count, 1, COLUMNS, rows * channels)
    seen.append(patches(flat, 1, 3))
    drawn.append(rectified(seen[-1] @ weights[3] + biases[3]))
    loss, slope = ctc(log_softmax(drawn[-1][:, 0] @ weights[4] + biases[4]), texts)

    weight_slopes = [np.tensordot(drawn[-1][:, 0], slope, ((0, 1), (0, 1)))]
    bias_slopes = [slope.sum(axis=(0, 1))]
    slope = _through(slope[:, None] @ weights[4].T, drawn[-1])
    weight_slopes.insert(0, np.tensordot(seen[-1], slope, ((0, 1, 2), (0, 1, 2))))
    bias_slopes.insert(0, slope.sum(axis=(0, 1, 2)))
    slope = _spread(slope @ weights[3].T, 1, 3)
    slope = slope.reshape(count, COLUMNS, rows, channels).transpose(0, 2, 1, 3)
    for number in (2, 1, 0):
        slope = _through(_unpooled(slope, drawn[number], POOLS[number]), drawn[number])
        weight_slopes.insert(0, np.tensordot(seen[number], slope, ((0, 1, 2), (0, 1, 2))))
        bias_slopes.insert(0, slope.sum(axis=(0, 1, 2)))
        if number:
            slope = _spread(slope @ weights[number].T, 3, 3)
    return loss, weight_slopes, bias_slopes


def _through(slope: Floats, drawn: Floats) -> Floats:
    return slope * np.where(drawn > 0, np.float32(1), np.float32(0.05))


def _unpooled(slope: Floats, drawn: Floats, pool: tuple[int, int]) -> Floats:
    """To the greatest of each block, which alone made the difference."""
    greatest = pooled(drawn, pool).repeat(pool[0], 1).repeat(pool[1], 2)
    return np.asarray(slope.repeat(pool[0], 1).repeat(pool[1], 2) * (drawn == greatest))


def _spread(slope: Floats, height: int, width: int) -> Floats:
    """What each patch asks of its places, added up: the reverse of `patches`."""
    count, rows, columns, wide = slope.shape
    up, left = height // 2, width // 2
    result = np.zeros((count, rows + 2 * up, columns + 2 * left, wide // (height * width)), "f4")
    parts = slope.reshape(count, rows, columns, height * width, -1)
    for y in range(height):
        for x in range(width):
            result[:, y : y + rows, x : x + columns] += parts[:, :, :, y * width + x]
    # What the continued edge was asked for is the edge's.
    if up:
        result[:, up] += result[:, :up].sum(axis=1)
        result[:, -up - 1] += result[:, -up:].sum(axis=1)
    result[:, :, left] += result[:, :, :left].sum(axis=2)
    result[:, :, -left - 1] += result[:, :, -left:].sum(axis=2)
    return result[:, up : up + rows, left : left + columns]


class Adam:
    """Steps along the gradient, each weight at its own pace (Kingma and Ba, 2014)."""

    def __init__(self, values: Sequence[Floats]) -> None:
        self._values = values
        self._means = [np.zeros_like(value) for value in values]
        self._squares = [np.zeros_like(value) for value in values]
        self._steps = 0

    def step(self, slopes: Sequence[Floats], rate: float) -> None:
        self._steps += 1
        pace = rate * (1 - 0.999**self._steps) ** 0.5 / (1 - 0.9**self._steps)
        for value, mean, square, slope in zip(
            self._values, self._means, self._squares, slopes, strict=True
        ):
            mean[...] += 0.1 * (slope - mean)
            square[...] += 0.001 * (slope * slope - square)
            value[...] -= pace * mean / (np.sqrt(square) + 1e-8)


def train(press: CellPress, seed: int, batches: int) -> Network:
    """A network after so many batches of fresh cells."""
    network = fresh(np.random.default_rng(seed))
    values = [*network.weights, *network.biases]
    adam = Adam(values)
    for number in range(batches):
        cells, texts = press.batch(BATCH)
        loss, weight_slopes, bias_slopes = gradients(network, cells, texts)
        slopes = [*weight_slopes, *bias_slopes]
        norm = float(np.sqrt(sum(float((slope * slope).sum()) for slope in slopes)))
        if norm > 5:
            slopes = [slope * np.float32(5 / norm) for slope in slopes]
        # Slowly up, then down to nothing along a cosine.
        warm = min(1.0, (number + 1) / max(1, min(200, batches // 20)))
        adam.step(slopes, RATE * warm * 0.5 * (1 + float(np.cos(np.pi * number / batches))))
        if number % 250 == 0:
            log.info("batch %d of %d, loss %.4f", number, batches, loss)
    return network


def mistakes(network: Network, press: CellPress, batches: int) -> float:
    """The share of fresh cells that are read wrong."""
    wrong = total = 0
    for _ in range(batches):
        cells, texts = press.batch(BATCH)
        guesses = [decode(columns).text for columns in network.log_probabilities(cells)]
        wrong += sum(guess != text for guess, text in zip(guesses, texts, strict=True))
        total += len(texts)
    return wrong / total


def main() -> None:
    """Train and store one network, and say how often it errs on cells it has not seen."""
    parser = argparse.ArgumentParser(description="Train the digit network.")
    parser.add_argument("fonts", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batches", type=int, default=4000, help="of 96 cells")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    network = train(CellPress(chosen.fonts, chosen.seed), chosen.seed, chosen.batches)
    network.save(chosen.output)
    share = mistakes(Network.load(chosen.output), CellPress(chosen.fonts, 10**6), 40)
    log.info("%.3f %% of fresh cells are read wrong", 100 * share)


if __name__ == "__main__":
    main()
