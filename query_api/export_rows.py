"""Matches as rows for spreadsheets: RFC 4180, and no cell that a spreadsheet could compute.

The text begins with a byte order mark: Excel takes a file without one for another encoding than
UTF-8, LibreOffice asks; both read it right with one.
"""

import csv
import io
import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from events.stats import STATISTICS

VALUES: Final = (
    "id", "status", "version", "opponent_name", "side", "result", "score_user", "score_opponent",
    "penalties_user", "penalties_opponent", "created_at", "played_at", "confirmed_at",
    "verification", "duplicate_of",
)  # fmt: skip
PLAYERS: Final = ("user", "opponent")
COLUMNS: Final = (*VALUES, *(f"stats.{key}.{who}" for key in STATISTICS for who in PLAYERS))
BYTE_ORDER_MARK: Final = "\ufeff"
# A spreadsheet computes what begins with one of these; the wide ones too, in Japan. Blanks, quotes
# and characters without a width may stand before. A spreadsheet that splits at semicolons, as in
# half of Europe, begins a cell behind each of them.
_UNSEEN: Final = (
    "\\s\"'`\u2018-\u201e\u00ab\u00bb\x00-\x1f\x7f-\x9f\u00ad"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
)
BEFORE_FORMULA: Final = re.compile(
    f"(^|[,;|\t\r\n])(?=[{_UNSEEN}]*[=+@\uff1d\uff0b\uff0d\uff20-])|^(?=[\t\r\n])"
)


def head() -> bytes:
    """The row with the names of the columns."""
    return (BYTE_ORDER_MARK + _written([COLUMNS])).encode()


def rows(views: Iterable[str]) -> bytes:
    """One row for each of the matches, given as answers show them."""
    return _written(map(_cells, views)).encode()


def harmless(text: str) -> str:
    """`text`, with an apostrophe where a spreadsheet could take what follows for a formula."""
    return BEFORE_FORMULA.sub(r"\1'", text)


def _cells(view: str) -> list[int | str | None]:
    match: dict[str, Any] = msgspec.json.decode(view)
    stats = match["stats"]
    return [
        *(_cell(match[name]) for name in VALUES),
        *(stats.get(key, {}).get(who) for key in STATISTICS for who in PLAYERS),
    ]


def _cell(value: int | str | None) -> int | str | None:
    return harmless(value) if isinstance(value, str) else value


def _written(lines: Iterable[Iterable[int | str | None]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue()
