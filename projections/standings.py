"""What is kept for one player: the sums, the runs, and the summary made of them."""

from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from projections.streaks import Streaks
from projections.summary import summary
from projections.tally import Tally

# Keys in one order, so that equal sums are equal bytes, in whatever order matches came.
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


class Standing(Struct, frozen=True):
    """Where one player stands."""

    tally: Tally = Tally()
    streaks: Streaks = Streaks()


NONE: Final = Standing()


def standing_row(owner_id: UUID, standing: Standing) -> dict[str, Any]:
    """The row of the table `summaries`, by column in the table's order."""
    return {
        "owner_id": owner_id,
        "tally": _ENCODER.encode(standing.tally),
        "streaks": _ENCODER.encode(standing.streaks),
        "view": _ENCODER.encode(summary(standing.tally, standing.streaks)).decode(),
    }
