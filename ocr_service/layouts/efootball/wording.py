"""The words of the strip under the score: the phase of the match, and the result of a shoot-out."""

from typing import Final

import cv2
import numpy as np
from msgspec import Struct

from events.reading import Phase
from ocr_service.digits import HEIGHT, WIDTH
from ocr_service.engine import Grey, TextEngine
from ocr_service.layouts.efootball.header import Header
from ocr_service.layouts.efootball.margins import MARGIN, framed, inverted
from ocr_service.layouts.efootball.numbers import Number, weigh_cells, whole_number
from ocr_service.layouts.efootball.panel import Panel
from ocr_service.layouts.efootball.phases import phase_of

SCALE: Final = 40
# Four, PK, three.
WORDS_OF_SHOOT_OUT: Final = 3
SHORTEST_LINE: Final = 0.2


class Strip(Struct, frozen=True):
    """What the strip says; `penalties` is left and right, if there was a shoot-out."""

    phase: Phase | None
    phase_confidence: float
    penalties: tuple[Number, Number] | None


def read_strip(panel: Panel, header: Header, engine: TextEngine) -> Strip:
    """Read the lines between the score and the table."""
    pictures = _lines(panel.cut(header.strip, SCALE))
    if header.between is not None:
        pictures += _lines(inverted(panel.cut(header.between, SCALE)))
    penalties = None
    phrases = []
    for picture in pictures:
        found = _shoot_out(picture, engine)
        if found:
            penalties = found
        else:
            phrases.append(picture)
    read = [phase_of(line.text) for line in engine.read_lines(phrases)]
    phase, sure = max(read, key=lambda found: found[1], default=(None, 0.0))
    return Strip(phase, sure, penalties)


def _shoot_out(picture: Grey, engine: TextEngine) -> tuple[Number, Number] | None:
    """The numbers of a line such as ``4 PK 3``; nothing where the line says something else."""
    words = _words(picture)
    if len(words) != WORDS_OF_SHOOT_OUT:
        return None
    ends = [words[0], words[-1]]
    lines = [framed(word, float(np.percentile(word, 80)), down=0) for word in ends]
    weighed = weigh_cells([_cell(word) for word in ends], lines, engine)
    left, right = (Number(whole_number(one.text), one.confidence) for one in weighed)
    return (left, right) if left.value is not None and right.value is not None else None


def _lines(picture: Grey) -> list[Grey]:
    """The lines of dark text, one picture each."""
    is_ink = picture < _middle(picture)
    # A rule of the table or the edge of a score box reaches over the whole width.
    rows = is_ink.any(axis=1) & (is_ink.mean(axis=1) < 0.6)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], rows, [False]]).astype(np.int8)))
    found = []
    for top, bottom in edges.reshape(-1, 2):
        if bottom - top >= SHORTEST_LINE * SCALE:
            found.append(_line(picture, int(top), int(bottom)))
    return found


def _middle(picture: Grey) -> float:
    dark, bright = np.percentile(picture, (1, 80))
    return float(dark + bright) / 2 if bright - dark > 40 else 0.0


def _line(picture: Grey, top: int, bottom: int) -> Grey:
    """The line with a margin of its own ground."""
    ground = float(np.percentile(picture, 80))
    line = picture[max(0, top - 3) : bottom + 3]
    is_ink = (line < _middle(line)).any(axis=0)
    columns = np.flatnonzero(is_ink)
    if not columns.size:  # in its own light there is nothing dark on it
        return framed(line, ground)
    left, right = max(0, int(columns[0]) - 6), int(columns[-1]) + 7
    return framed(line[:, left:right], ground)


def _words(picture: Grey) -> list[Grey]:
    """The words of a line: groups of letters with wide gaps between."""
    is_ink = (picture < _middle(picture)).any(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_ink, [False]]).astype(np.int8)))
    runs = [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
    height = picture.shape[0] - 2 * MARGIN
    words: list[tuple[int, int]] = []
    for start, end in runs:
        if words and start - words[-1][1] < height * 0.24:
            words[-1] = (words[-1][0], end)
        else:
            words.append((start, end))
    return [picture[:, max(0, start - 2) : end + 2] for start, end in words]


def _cell(word: Grey) -> Grey:
    """A number in a cell for the networks: bright on dark, digits as tall as in the table."""
    inner = inverted(word[MARGIN:-MARGIN])
    scale = 0.58 * HEIGHT / (inner.shape[0] - 6)
    width = min(WIDTH, max(1, round(inner.shape[1] * scale)))
    height = min(HEIGHT, round(inner.shape[0] * scale))
    small = cv2.resize(inner, (width, height), interpolation=cv2.INTER_AREA)
    cell = np.full((HEIGHT, WIDTH), round(float(np.percentile(small, 20))), np.uint8)
    top, left = (HEIGHT - height) // 2, (WIDTH - width) // 2
    cell[top : top + height, left : left + width] = small
    return cell
