"""Where a named value stands on a found panel, for showing it."""

from events.stats import STATISTICS
from ocr_service.layouts.efootball import geometry
from ocr_service.layouts.efootball.geometry import Area
from ocr_service.layouts.efootball.header import Header, find_header
from ocr_service.layouts.efootball.panel import Panel


def area_of(panel: Panel, field: str, side: str) -> Area | None:
    """The area of a field (as `ocr_service.scoring` names it), or nothing if out of sight."""
    if field in STATISTICS:
        return geometry.number(STATISTICS.index(field), -1 if side == "left" else 1)
    header = find_header(panel)
    match field:
        case "score":
            return header.boxes[side == "right"] if header.boxes else None
        case "name":
            return name_area(header, side)
        case "penalties":
            return header.between or header.strip
        case "phase":
            return header.strip
    return None


def name_area(header: Header, side: str) -> Area | None:
    """From the score box to where the longest name ends."""
    if header.boxes is None:
        return None
    box = header.boxes[1]
    right = Area(
        geometry.NAME_EDGE,
        box.top + 0.15,
        geometry.NAME_EDGE + geometry.LONGEST_NAME,
        box.bottom - 0.1,
    )
    return right if side == "right" else right.mirrored()
