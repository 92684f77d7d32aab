"""A page that shows each missed value: its crop, what was read and what is true."""

import base64
from collections.abc import Sequence
from html import escape
from typing import Final

import cv2

from events.reading import Reading, Unreadable
from ocr_service.engine import Grey
from ocr_service.layouts.efootball.areas import area_of
from ocr_service.layouts.efootball.panel import Panel, find_panel
from ocr_service.scoring import Compared
from ocr_service.screen import decode
from ocr_service.truth import Truth

SCALE: Final = 40
PAGE: Final = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Missed values</title>
<style>body{{font:15px sans-serif;margin:2em}}td,th{{padding:4px 12px;text-align:left}}
.wrong{{color:#b00}}img{{max-height:48px}}</style>
<h1>Missed values</h1><p>{count} values were wrong or absent.</p>
<table><tr><th>picture<th>field<th>crop<th>read<th>true<th>confidence<th></tr>
{rows}
</table></html>
"""


class Report:
    """Collects missed values."""

    def __init__(self) -> None:
        self._rows: list[str] = []

    def add(
        self,
        picture: bytes,
        truth: Truth,
        outcome: Reading | Unreadable,
        missed: Sequence[Compared],
    ) -> None:
        """Remember what was missed on one picture."""
        image = decode(picture)
        panel = None if image is None else find_panel(image)
        reason = "" if isinstance(outcome, Reading) else outcome.reason.value
        for one in missed:
            cells = (
                escape(truth.file),
                escape(f"{one.field} {one.side}"),
                _crop(panel, one),
                "" if one.read is None else escape(str(one.read)),
                "" if one.true is None else escape(str(one.true)),
                f"{one.confidence:.3f}",
                one.verdict if not reason else escape(reason),
            )
            self._rows.append(f'<tr class="{one.verdict}"><td>{"<td>".join(cells)}</tr>')

    def html(self) -> str:
        """The page; it needs no other file."""
        return PAGE.format(count=len(self._rows), rows="\n".join(self._rows))


def _crop(panel: Panel | None, one: Compared) -> str:
    area = area_of(panel, one.field, one.side) if panel else None
    return _image(panel.cut(area, SCALE)) if panel and area else ""


def _image(picture: Grey) -> str:
    packed = base64.b64encode(cv2.imencode(".png", picture)[1].tobytes()).decode()
    return f'<img alt="" src="data:image/png;base64,{packed}">'
