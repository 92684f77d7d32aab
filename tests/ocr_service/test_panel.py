"""The panel and its header are found by their looks, wherever they are."""

import cv2
import numpy as np
import pytest

from ocr_service.drawing import paint, random_match, seeded
from ocr_service.drawing.camera import photographed
from ocr_service.drawing.frames import barred, cropped, notched
from ocr_service.engine import Colour
from ocr_service.layouts.efootball.geometry import COLUMN
from ocr_service.layouts.efootball.header import find_header
from ocr_service.layouts.efootball.panel import Panel, find_panel
from ocr_service.truth import Truth

PLAIN = Truth(left_name="iconics", right_name="Bayern", score=(3, 2), phase="Full Time")
SHOOT_OUT = Truth(
    left_name="iconics",
    right_name="Bayern",
    score=(2, 2),
    phase="After Extra Time",
    penalties=(4, 3),
)


def _found(image: Colour) -> Panel:
    panel = find_panel(image)
    assert panel is not None
    return panel


def _pixel(panel: Panel, x: float, y: float) -> tuple[float, float]:
    place = cv2.perspectiveTransform(np.array([[[x, y]]]), panel.to_pixels)
    return float(place[0, 0, 0]), float(place[0, 0, 1])


@pytest.mark.parametrize("width", [960, 1280, 1600, 2400])
def test_panel_is_found_to_the_pixel(width: int) -> None:
    scale = width / 1600
    panel = _found(paint(PLAIN, (width, round(720 * scale))))
    assert panel.row_height == pytest.approx(32 * scale, rel=0.01)
    for x, y in ((-COLUMN, 0.0), (COLUMN, 11.0), (0.0, 5.0)):
        expected = (width / 2 + 32 * x * scale, (230 + 32 * y) * scale)
        assert _pixel(panel, x, y) == pytest.approx(expected, abs=1.2)


def test_panel_of_a_tablet_is_found_where_it_is() -> None:
    panel = _found(paint(PLAIN, (2048, 1536)))
    assert _pixel(panel, 0.0, 0.0) == pytest.approx((1024, 560), abs=2)


@pytest.mark.parametrize("frame", [barred, notched, cropped])
@pytest.mark.parametrize("seed", range(3))
def test_edges_of_the_picture_do_not_matter(frame, seed: int) -> None:  # type: ignore[no-untyped-def]
    image = frame(paint(PLAIN, (1600, 720)), seeded(seed))
    assert _found(image).row_height == pytest.approx(32, rel=0.01)


@pytest.mark.parametrize("seed", range(6))
def test_panel_is_found_in_a_photograph(seed: int) -> None:
    panel = _found(photographed(paint(PLAIN, (1600, 720)), seeded(seed)))
    assert find_header(panel).boxes is not None


def test_panel_is_found_without_its_header() -> None:
    image = paint(PLAIN, (1600, 720))[166:]
    panel = _found(np.ascontiguousarray(image))
    assert find_header(panel).boxes is None


@pytest.mark.parametrize(("match", "raised"), [(PLAIN, 0.0), (SHOOT_OUT, 30 / 32)])
def test_header_is_where_its_colours_are(match: Truth, raised: float) -> None:
    header = find_header(_found(paint(match, (1600, 720))))
    assert header.boxes is not None
    left, right = header.boxes
    assert right.top == pytest.approx(-3.81 - raised, abs=0.1)
    assert right.bottom == pytest.approx(-2.09 - raised, abs=0.1)
    assert left == right.mirrored()
    assert header.strip.top == pytest.approx(-2.06 - raised, abs=0.1)


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_empty_picture_has_no_panel(shade: int) -> None:
    assert find_panel(np.full((720, 1600, 3), shade, np.uint8)) is None


def test_table_in_other_colours_is_not_the_panel() -> None:
    image = paint(random_match(seeded(1)), (1600, 720))
    grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    assert find_panel(np.asarray(grey, dtype=np.uint8)) is None
    assert find_panel(np.asarray(255 - image, dtype=np.uint8)) is None
