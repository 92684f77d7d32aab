"""What two players may say about one match, as strategies: much of it fits together."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from hypothesis import strategies as st
from msgspec import UNSET

from command_api.confirmations.commands import Confirm, Dispute
from command_api.matches.commands import RecordFailure, RecordReading
from command_api.received import ReceivedFile
from events.reading import FailureReason
from events.stats import Pair
from tests.command_api.pictures.assembly import chunk, header, rows
from tests.examples import NOON
from tests.properties import sayings
from tests.properties.model import FOLDED, Shown, turned

# Two days after noon is near enough to be the same match, and two days and an hour is not.
HOURS: Final = (0, 1, 2, 3, 48, 49)
times = st.sampled_from([NOON + timedelta(hours=hours) for hours in HOURS])
both = st.tuples(st.integers(0, 2), st.integers(0, 2))
stats = st.fixed_dictionaries(
    {"shots": both, "saves": both},
    optional={"tackles": sayings.values, "possession": sayings.possession},
)
numbers = st.builds(
    lambda score, stats: {"score_user": score[0], "score_opponent": score[1], "stats": stats},
    both,
    stats,
)
uploads = st.fixed_dictionaries(
    {
        "opponent_name": sayings.names,
        "side": st.none() | sayings.sides,
        "played_at": times,
        "own_names": st.lists(st.sampled_from(sorted(set(FOLDED.values()))), max_size=1),
    }
)
readings = st.fixed_dictionaries(
    {
        "left": st.none() | sayings.names,
        "right": st.none() | sayings.names,
        "score": both,
        "penalties": st.none(),
        "stats": st.fixed_dictionaries({"shots": both, "saves": both}),
    }
)
corrections = sayings.single | numbers | sayings.patches
disputes = st.builds(
    lambda reason, said: {"reason": reason, **said},
    st.sampled_from(["It was another score.", "No.", ""]),
    st.just({}) | numbers | st.just({"score_user": 1}) | sayings.score,
)
no_name: Shown = {}
names_given = st.just(no_name) | st.builds(lambda name: {"opponent_name": name}, sayings.names)
stale = st.sampled_from([None, None, None, 0, 1])


def mirrored(match: dict[str, Any]) -> Shown | None:
    """What the other player of a match says of it when they send it themselves."""
    if not match["confirmed"]:
        return None
    said = turned(match["confirmed"])
    user, opponent = said["score"]
    return {"score_user": user, "score_opponent": opponent, "stats": said["stats"]}


def confirmation(said: Shown) -> Confirm:
    return Confirm(**said)


def dispute(said: Shown) -> Dispute:
    stats = {key: Pair(*pair) for key, pair in said["stats"].items()} if "stats" in said else UNSET
    return Dispute(**{**said, "stats": stats})


def outcome(request_id: UUID, reading: Any, failure: Any) -> RecordReading | RecordFailure:
    """The command that an answer of the OCR becomes."""
    if reading:
        read = sayings.read(request_id, 1, reading).reading
        return RecordReading(request_id=request_id, reading=read)
    return RecordFailure(
        request_id=request_id,
        reason=FailureReason(failure["reason"]),
        detail=failure["detail"],
        attempts=3,
    )


def picture() -> ReceivedFile:
    """A picture of 4 x 4 pixels."""
    file = ReceivedFile()
    file.write(header() + rows() + chunk(b"IEND"))
    return file
