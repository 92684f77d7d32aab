"""What every text engine promises."""

import cv2
import numpy as np
import pytest

from ocr_service.engine import Grey, TextEngine

# OpenCV mixes up faces that were given back: it is kept.
FACE = cv2.FontFace("sans")


def _written(text: str, width: int = 400) -> Grey:
    page = np.full((64, width), 255, np.uint8)
    cv2.putText(page, text, (16, 46), (0, 0, 0), FACE, 36, 600)
    return page


def test_lines_come_back_in_order(each_engine: TextEngine) -> None:
    lines = each_engine.read_lines([_written("Full Time"), _written("Borussia"), _written("2745")])
    assert [line.text for line in lines] == ["Full Time", "Borussia", "2745"]
    assert all(0.5 < line.confidence <= 1 for line in lines)


def test_empty_picture_gives_empty_text_without_confidence(each_engine: TextEngine) -> None:
    blank = np.full((64, 200), 255, np.uint8)
    first, second = each_engine.read_lines([blank, _written("Shots")])
    assert (first.text, first.confidence) == ("", 0.0)
    assert second.text == "Shots"


def test_no_pictures_give_no_lines(each_engine: TextEngine) -> None:
    assert each_engine.read_lines([]) == []


def test_alphabet_limits_the_characters(each_engine: TextEngine) -> None:
    (line,) = each_engine.read_lines([_written("58%")], "0123456789%")
    assert line.text == "58%"
    (line,) = each_engine.read_lines([_written("SO")], "0123456789")
    assert not any(letter.isalpha() for letter in line.text)


@pytest.mark.parametrize("x", [40, 500])
def test_words_are_found_where_they_stand(each_engine: TextEngine, x: int) -> None:
    page = np.full((300, 900), 255, np.uint8)
    cv2.putText(page, "Possession", (x, 200), (0, 0, 0), FACE, 36, 600)
    (word,) = each_engine.find_words(page)
    assert word.text == "Possession"
    assert abs(word.left - x) < 16
    assert word.top < 200 < word.top + word.height + 20


def test_engine_says_its_name_and_version(each_engine: TextEngine) -> None:
    name, version = each_engine.name.split()
    assert name
    assert version[0].isdigit()
