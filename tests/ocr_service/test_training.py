"""The loss, its slope and the steps that teach the digit networks."""

from pathlib import Path

import numpy as np

from ocr_service.digits.cells import CellPress
from ocr_service.digits.network import COLUMNS, SYMBOLS, Network, log_softmax
from ocr_service.digits.training import Adam, ctc, fresh, gradients


def test_loss_has_the_slope_that_is_given() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(3, COLUMNS, len(SYMBOLS))).astype(np.float32)
    texts = ["11", "", "42%"]
    _, slope = ctc(log_softmax(scores), texts)
    for place in [(0, 3, 2), (0, 20, 0), (1, 5, 0), (2, 10, 11)]:
        step = np.zeros_like(scores)
        step[place] = 0.05
        above, below = (ctc(log_softmax(scores + sign * step), texts)[0] for sign in (1, -1))
        assert abs((above - below) / 0.1 - slope[place]) < 3e-3


def test_every_layer_is_asked_for_what_lowers_the_loss() -> None:
    rng = np.random.default_rng(1)
    network = fresh(rng)
    cells = rng.normal(size=(4, 24, 80)).astype(np.float32)
    texts = ["11", "", "42%", "7"]
    loss, weights, biases = gradients(network, cells, texts)
    for values, slopes in ((network.weights, weights), (network.biases, biases)):
        for value, slope in zip(values, slopes, strict=True):
            before = value.copy()
            value[...] -= slope * (0.01 / max(1e-6, float(np.abs(slope).max())))
            assert gradients(network, cells, texts)[0] < loss
            value[...] = before


def test_steps_along_the_slope_teach_something(tmp_path: Path) -> None:
    cells, texts = CellPress(tmp_path, seed=3).batch(16)
    network = fresh(np.random.default_rng(5))
    adam = Adam([*network.weights, *network.biases])
    losses = []
    for _ in range(12):
        loss, weights, biases = gradients(network, cells, texts)
        adam.step([*weights, *biases], 3e-3)
        losses.append(loss)
    assert losses[-1] < losses[0] * 0.5


def test_stored_weights_are_those_that_come_back(tmp_path: Path) -> None:
    network = fresh(np.random.default_rng(2))
    network.save(tmp_path / "weights.npz")
    again = Network.load(tmp_path / "weights.npz")
    for one, other in zip(network.weights, again.weights, strict=True):
        assert np.abs(one - other).max() < 2e-3
