"""How good readings are, in Prometheus' text format."""

from collections.abc import Sequence
from typing import Any, Final

from psycopg import AsyncConnection

LABELS: Final = ("engine", "screen", "size", "field")
COMPARED: Final = "tracker_reading_values_confirmed"
CORRECTED: Final = "tracker_reading_values_corrected"


async def reading_quality(conn: AsyncConnection[Any]) -> list[str]:
    """Lines that tell how many values were confirmed, and how many of them players changed."""
    cursor = await conn.execute(
        """
        SELECT engine, screen, size, field,
               sum(matches)::int8,
               coalesce(
                   sum(matches) FILTER (WHERE field = ANY(string_to_array(corrected, ' '))), 0
               )::int8
        FROM read_models.reading_quality
        CROSS JOIN unnest(string_to_array(compared, ' ')) AS field
        GROUP BY engine, screen, size, field
        ORDER BY engine, screen, size, field
        """
    )
    rows = await cursor.fetchall()
    return [
        f"# HELP {COMPARED} Values that were read and then confirmed by a player.",
        f"# TYPE {COMPARED} gauge",
        *(f"{COMPARED}{_labels(row)} {row[4]}" for row in rows),
        f"# HELP {CORRECTED} Of these, the values that the player changed.",
        f"# TYPE {CORRECTED} gauge",
        *(f"{CORRECTED}{_labels(row)} {row[5]}" for row in rows),
    ]


def _labels(row: Sequence[Any]) -> str:
    named = zip(LABELS, row[: len(LABELS)], strict=True)
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in named) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
