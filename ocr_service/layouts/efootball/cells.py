"""Cuts the numbers out of the panel, once for the digit networks and once for the text engine."""

from typing import Final

import numpy as np

from events.stats import STATISTICS
from ocr_service.digits import CELL_HEIGHT, HEIGHT, WIDTH
from ocr_service.engine import Grey
from ocr_service.layouts.efootball import geometry
from ocr_service.layouts.efootball.geometry import Area
from ocr_service.layouts.efootball.header import Header
from ocr_service.layouts.efootball.margins import inverted, widened
from ocr_service.layouts.efootball.panel import Panel

NETWORK_SCALE: Final = HEIGHT / CELL_HEIGHT
# Pixels a row for the text engine: digits become 24 px tall in the table, 25 px in the boxes.
TABLE_SCALE: Final = 48
SCORE_SCALE: Final = 28
# The edge of a score box, in rows, which would read as strokes.
EDGE: Final = 0.09


def table_cells(panel: Panel) -> list[Grey]:
    """For the networks: left and right cell of each row, 24 x 80, bright on dark."""
    return [
        panel.cut(geometry.number(row, side), NETWORK_SCALE)
        for row in range(len(STATISTICS))
        for side in (-1, 1)
    ]


def table_lines(panel: Panel) -> list[Grey]:
    """The same for the text engine: dark on light."""
    return [
        widened(inverted(panel.cut(geometry.number(row, side), TABLE_SCALE)))
        for row in range(len(STATISTICS))
        for side in (-1, 1)
    ]


def score_cells(panel: Panel, header: Header) -> list[Grey]:
    """For the networks: both score boxes, turned to bright on dark."""
    return [_cell(inverted(panel.cut(box, _fitting(box)))) for box in _inner_boxes(header)]


def score_lines(panel: Panel, header: Header) -> list[Grey]:
    """The same for the text engine."""
    return [widened(panel.cut(box, SCORE_SCALE)) for box in _inner_boxes(header)]


def _inner_boxes(header: Header) -> list[Area]:
    return [
        Area(box.left + EDGE, box.top + EDGE, box.right - EDGE, box.bottom - EDGE)
        for box in header.boxes or ()
    ]


def _fitting(box: Area) -> float:
    """The scale at which the box is as tall as a cell: its digits are then as tall as others."""
    return HEIGHT / (box.bottom - box.top)


def _cell(picture: Grey) -> Grey:
    """The picture in the middle of a cell, whose sides are filled with its ground."""
    shown = picture[:HEIGHT, :WIDTH]
    cell = np.full((HEIGHT, WIDTH), round(float(np.percentile(shown, 25))), np.uint8)
    left = (WIDTH - shown.shape[1]) // 2
    cell[: shown.shape[0], left : left + shown.shape[1]] = shown
    return cell
