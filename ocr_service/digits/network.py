"""A small convolutional network that reads a number from the picture of one cell, in NumPy.

The picture is 24 x 80; three layers shrink its height, a fourth looks at columns, and the last
gives for each of 40 columns how likely each symbol is. Weights are trained by
`ocr_service.digits.training` and stored beside this file.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float32]

HEIGHT: Final = 24
WIDTH: Final = 80
COLUMNS: Final = 40
# The blank separates symbols (CTC); "?" stands for anything that is no digit.
BLANK: Final = 0
SYMBOLS: Final = "_0123456789%?"
# How each layer shrinks its input: height, width.
POOLS: Final = ((2, 2), (2, 1), (2, 1))


class Network:
    """Weights of all layers: three convolutions, the columns' layer, the symbols' layer."""

    def __init__(self, weights: Sequence[Floats], biases: Sequence[Floats]) -> None:
        self.weights = list(weights)
        self.biases = list(biases)

    @classmethod
    def load(cls, path: Path) -> "Network":
        """Read weights as `save` wrote them."""
        with np.load(path) as stored:
            count = len(stored.files) // 2
            return cls(
                [stored[f"weight{layer}"].astype(np.float32) for layer in range(count)],
                [stored[f"bias{layer}"].astype(np.float32) for layer in range(count)],
            )

    def save(self, path: Path) -> None:
        """Write the weights with half precision, which costs no accuracy and half the space."""
        stored = {
            f"{kind}{layer}": values.astype(np.float16)
            for kind, arrays in (("weight", self.weights), ("bias", self.biases))
            for layer, values in enumerate(arrays)
        }
        np.savez_compressed(path, allow_pickle=False, **stored)

    def log_probabilities(self, cells: Floats) -> Floats:
        """For cells of 24 x 80 (see `normalised`): cells x 40 columns x symbols."""
        layer = cells[..., None]
        for weight, bias, pool in zip(self.weights, self.biases, POOLS, strict=False):
            layer = pooled(rectified(patches(layer, 3, 3) @ weight + bias), pool)
        columns = layer.transpose(0, 2, 1, 3).reshape(len(cells), 1, COLUMNS, -1)
        columns = rectified(patches(columns, 1, 3) @ self.weights[3] + self.biases[3])
        scores: Floats = columns[:, 0] @ self.weights[4] + self.biases[4]
        return log_softmax(scores)


def normalised(cells: npt.NDArray[np.uint8]) -> Floats:
    """Brightness from 0 (the ground) to 1 (the ink) of cells with bright text on dark.

    `cells` is one cell or a stack of them; each is scaled by itself.
    """
    values = cells.astype(np.float32)
    ordered = np.sort(values.reshape(-1, HEIGHT * WIDTH), axis=1)
    shape = (*cells.shape[:-2], 1, 1)
    ground = ordered[:, round(HEIGHT * WIDTH * 0.25)].reshape(shape)
    ink = ordered[:, round(HEIGHT * WIDTH * 0.99)].reshape(shape)
    scaled = (values - ground) / np.maximum(ink - ground, 24.0)
    return np.asarray(scaled.clip(-0.5, 1.5), dtype=np.float32)


def patches(layer: Floats, height: int, width: int) -> Floats:
    """Each place with its neighbourhood side by side.

    Outside, the edge goes on: zeros there would tell a column that it is the last, and a network
    in training then guesses a percent sign in that column instead of looking for one.
    """
    count, rows, columns, channels = layer.shape
    up, left = height // 2, width // 2
    padded = np.pad(layer, ((0, 0), (up, up), (left, left), (0, 0)), mode="edge")
    result = np.empty((count, rows, columns, height * width, channels), np.float32)
    for y in range(height):
        for x in range(width):
            result[:, :, :, y * width + x] = padded[:, y : y + rows, x : x + columns]
    return result.reshape(count, rows, columns, -1)


def rectified(layer: Floats) -> Floats:
    """Leaky, so that no neuron dies in training."""
    return np.asarray(np.maximum(layer, layer * np.float32(0.05)))


def pooled(layer: Floats, pool: tuple[int, int]) -> Floats:
    """The greatest value of each block."""
    count, rows, columns, channels = layer.shape
    blocks = layer.reshape(count, rows // pool[0], pool[0], columns // pool[1], pool[1], channels)
    return np.asarray(blocks.max(axis=(2, 4)))


def log_softmax(scores: Floats) -> Floats:
    """Logarithms of probabilities over the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))
