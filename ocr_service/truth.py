"""What really stands on a picture: the format of `truth.json`, and of the drawn pictures."""

from pathlib import Path

import msgspec
from msgspec import Struct


class Truth(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The values of one picture, left before right.

    `phase` is the English wording (``Full Time``), `penalties` the shoot-out (``[4, 3]``). A name
    is what stands on the screen, in any script. `reason` is the failure expected of a picture
    that holds no statistics (``not_a_stats_screen``); it has no other values then.
    """

    file: str = ""
    left_name: str = ""
    right_name: str = ""
    score: tuple[int, int] | None = None
    phase: str | None = None
    penalties: tuple[int, int] | None = None
    stats: dict[str, tuple[int, int]] = {}
    reason: str | None = None
    kind: str = ""


def load_truths(folder: Path) -> list[Truth]:
    """The entries of `truth.json` in `folder`; raises `OSError` or `msgspec.ValidationError`."""
    return msgspec.json.decode((folder / "truth.json").read_bytes(), type=list[Truth])
