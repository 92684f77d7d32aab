"""The panel of the statistics screen in a picture: checked by its colours, and cut into parts."""

import cv2
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from ocr_service.engine import Colour, Grey
from ocr_service.layouts.efootball.colours import has_its_colours
from ocr_service.layouts.efootball.geometry import Area
from ocr_service.layouts.efootball.rules import find_tables
from ocr_service.layouts.efootball.straight import straighten


class Panel(Struct, frozen=True):
    """A found panel: the grey picture, and the map from rows (see geometry) to its pixels."""

    grey: Grey
    to_pixels: npt.NDArray[np.float64]

    @property
    def row_height(self) -> float:
        """Pixels between two rules, in the middle of the table."""
        ends = np.array([[[0.0, 5.0]], [[0.0, 6.0]]])
        upper, lower = cv2.perspectiveTransform(ends, self.to_pixels).reshape(2, 2)
        return float(np.hypot(*(lower - upper)))

    def cut(self, area: Area, pixels_a_row: float) -> Grey:
        """The picture of `area`, straightened, at the given scale."""
        # Much smaller than the original, it is first cut larger and then averaged.
        times = max(1, round(self.row_height / pixels_a_row))
        cut = straighten(self.grey, self.to_pixels, area, pixels_a_row * times)
        if times == 1:
            return cut
        size = (round(cut.shape[1] / times), round(cut.shape[0] / times))
        return np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def find_panel(image: Colour) -> Panel | None:
    """The panel in `image`, or nothing."""
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    for to_pixels in find_tables(grey):
        if has_its_colours(image, to_pixels):
            return Panel(grey, to_pixels)
    return None
