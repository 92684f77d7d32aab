"""All projections by name."""

from collections.abc import Mapping
from typing import Final

from events.progress import MATCHES_FOLLOWER
from projections.matches import project
from projections.matches_load import load
from projections.projection import Projection

MATCHES: Final = Projection(
    name=MATCHES_FOLLOWER,
    version=1,
    oldest=1,
    schema="read_models",
    tables={
        "matches": "match_id",
        "summaries": "owner_id",
        "reading_quality": "series",
        "own_names": "key",
    },
    project=project,
    load=load,
)

PROJECTIONS: Final[Mapping[str, Projection]] = {MATCHES.name: MATCHES}
