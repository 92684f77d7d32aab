"""The digit networks, and how their opinions are weighed."""

from itertools import product

import numpy as np
import pytest

from ocr_service.digits import CELL_HEIGHT, HEIGHT, WIDTH, guesses
from ocr_service.digits.decoding import Guess, decode
from ocr_service.digits.network import BLANK, SYMBOLS, Floats, log_softmax, normalised
from ocr_service.digits.weighing import is_doubtful, weigh
from ocr_service.drawing.face import text_mask
from ocr_service.engine import Grey, Line


def _columns(spelt: str, sureness: float = 12.0) -> Floats:
    scores = np.zeros((len(spelt), len(SYMBOLS)), np.float32)
    for place, symbol in enumerate(spelt):
        scores[place, SYMBOLS.index(symbol)] = sureness
    return log_softmax(scores)


def _cell(text: str) -> Grey:
    cell = np.full((HEIGHT, WIDTH), 12, np.uint8)
    mask = text_mask(text, HEIGHT * 0.5 / CELL_HEIGHT) if text else np.zeros((1, 1), np.uint8)
    top, left = (HEIGHT - mask.shape[0]) // 2, (WIDTH - mask.shape[1]) // 2
    place = cell[top : top + mask.shape[0], left : left + mask.shape[1]]
    place[:] = np.maximum(place, (mask * 0.8).astype(np.uint8))
    return cell


@pytest.mark.parametrize(
    ("spelt", "text"),
    [("__1_1__", "11"), ("__11__", "1"), ("5588%%", "58%"), ("______", ""), ("0", "0")],
)
def test_repeats_are_one_symbol_unless_a_blank_lies_between(spelt: str, text: str) -> None:
    guess = decode(_columns(spelt))
    assert guess.text == text
    assert guess.probability > 0.9


def test_probability_is_that_of_all_spellings_together() -> None:
    rng = np.random.default_rng(4)
    columns = np.full((4, len(SYMBOLS)), -30, np.float32)
    columns[:, :3] = log_softmax(rng.normal(0, 1, (4, 3)).astype(np.float32))
    texts: dict[str, float] = {}
    for path in product(range(3), repeat=4):
        joined = [now for now, before in zip(path, (None, *path), strict=False) if now != before]
        text = "".join(SYMBOLS[symbol] for symbol in joined if symbol != BLANK)
        chance = float(np.exp(sum(columns[place, symbol] for place, symbol in enumerate(path))))
        texts[text] = texts.get(text, 0) + chance
    best = max(texts, key=lambda text: texts[text])
    guess = decode(columns)
    assert guess.text == best
    # Only the likeliest few are followed, so a little may be missing and nothing is added.
    assert 0.95 * texts[best] < guess.probability <= texts[best] + 1e-6


@pytest.mark.parametrize("text", ["0", "7", "11", "42%", "100%", "69", "896", "1745", ""])
def test_both_networks_read_the_drawn_face(text: str) -> None:
    ((first, second),) = guesses([_cell(text)])
    assert first.text == second.text == text
    assert min(first.probability, second.probability) > 0.9


def test_cells_are_read_in_order() -> None:
    texts = ["3", "58%", "", "904"]
    pairs = guesses([_cell(text) for text in texts])
    assert [first.text for first, _ in pairs] == texts
    assert guesses([]) == []


def test_brightness_does_not_matter() -> None:
    cell = _cell("38")
    dim = (cell * 0.4).astype(np.uint8)
    assert np.abs(normalised(cell) - normalised(dim)).mean() < 0.05


def test_agreeing_networks_are_believed() -> None:
    sure, unsure = Guess("42", 0.999), Guess("42", 0.7)
    assert not is_doubtful(sure, sure)
    assert is_doubtful(sure, unsure)
    assert weigh(sure, sure).confidence > 0.99
    assert weigh(sure, unsure).confidence < weigh(sure, sure).confidence


def test_engine_tips_the_scales() -> None:
    first, second = Guess("42", 0.8), Guess("42", 0.8)
    alone = weigh(first, second)
    assert weigh(first, second, Line("42", 0.9)).confidence > alone.confidence
    assert weigh(first, second, Line("47", 0.9)).confidence < alone.confidence


def test_divided_networks_are_never_sure() -> None:
    first, second = Guess("6", 0.999), Guess("8", 0.6)
    assert weigh(first, second).text == "6"
    assert weigh(first, second).confidence < 0.8
    assert weigh(first, second, Line("6", 0.95)).confidence < 0.9
    assert weigh(first, second, Line("8", 0.95)).text == "8"
    assert weigh(first, second, Line("8", 0.95)).confidence < 0.8
