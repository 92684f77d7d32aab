"""Cuts a part of the panel out of a picture as if it were seen from straight ahead."""

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.layouts.efootball.geometry import Area

# From rows (see geometry) to pixels.
Homography = npt.NDArray[np.float64]


def straighten(
    picture: npt.NDArray[np.uint8],
    to_pixels: npt.NDArray[np.float64],
    area: Area,
    pixels_a_row: float,
) -> npt.NDArray[np.uint8]:
    """The picture of `area`; outside the picture its edge goes on."""
    width = round((area.right - area.left) * pixels_a_row)
    height = round((area.bottom - area.top) * pixels_a_row)
    # Pixel centres: the corner of the area is half a pixel before the first centre.
    to_rows = np.array(
        [
            [1 / pixels_a_row, 0, area.left + 0.5 / pixels_a_row],
            [0, 1 / pixels_a_row, area.top + 0.5 / pixels_a_row],
            [0, 0, 1],
        ]
    )
    half = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
    return np.asarray(
        cv2.warpPerspective(
            picture,
            half @ to_pixels @ to_rows,
            (width, height),
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        dtype=np.uint8,
    )
