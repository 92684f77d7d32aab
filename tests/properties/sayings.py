"""What players and the OCR may say, as strategies: plain values, sane ones mostly."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from hypothesis import strategies as st
from msgspec import UNSET

from command_api.matches.commands import (
    ConfirmStats,
    DeleteMatch,
    RequestExtraction,
    RestoreMatch,
)
from command_api.matches.upload_form import Details, Upload
from command_api.received import ReceivedFile
from events.bus import ExtractionFailed, StatsExtracted
from events.reading import FailureReason, Phase, Reading
from events.stats import Pair, Side, Sides
from tests.command_api.pictures.assembly import chunk, header, rows
from tests.examples import NOON, REQUEST_ID
from tests.properties.model import FOLDED

maybe = st.none() | st.integers(0, 3)
names = st.sampled_from(sorted(FOLDED))
sides = st.sampled_from(["left", "right"])
times = st.integers(0, 5).map(lambda hours: NOON + timedelta(hours=hours))
possession = st.sampled_from([(0, 0), (40, 60), (50, 50), (None, 30), (100, 0)])
values = st.tuples(maybe, maybe).filter(lambda pair: pair != (None, None))
stats = st.fixed_dictionaries(
    {}, optional={"possession": possession, "shots": values, "saves": values}
)
impossible = st.sampled_from(
    [
        {"stats": {"possession": (50, 51)}},
        {"stats": {"goals": (1, 0)}},
        {"stats": {"shots": (None, None)}},
        {"score_user": 100},
        {"score_opponent": -1},
        {"penalties_user": 100, "penalties_opponent": 3},
    ]
)
score = st.fixed_dictionaries(
    {"score_user": st.integers(0, 3), "score_opponent": st.integers(0, 3)}
)
shoot_out = st.fixed_dictionaries({"penalties_user": maybe, "penalties_opponent": maybe})
details = st.fixed_dictionaries(
    {},
    optional={
        "stats": stats,
        "side": st.none() | sides,
        "opponent_name": names,
        "played_at": st.none() | times,
    },
)
parts = score | shoot_out | st.sampled_from([{}, {"score_user": 2}, {"score_opponent": 1}])


def _together(*said: dict[str, Any]) -> dict[str, Any]:
    return {key: value for each in said for key, value in each.items()}


whole_shoot_out = st.fixed_dictionaries(
    {"penalties_user": st.integers(0, 3), "penalties_opponent": st.integers(0, 3)}
)
puts = st.builds(_together, details, score, st.just({}) | whole_shoot_out)
# Mostly one thing at a time: what follows from it is then not covered by what else is said.
single = st.one_of(
    st.builds(lambda side: {"side": side}, sides),
    st.builds(lambda name: {"opponent_name": name}, names),
    st.just({}),
    score,
)
patches = single | st.builds(_together, details, parts | impossible)
sent_along = st.builds(_together, st.fixed_dictionaries({}, optional={"stats": stats}), score)
upload_details = st.fixed_dictionaries(
    {"opponent_name": names, "side": st.none() | sides, "played_at": st.none() | times}
)
readings = st.fixed_dictionaries(
    {
        "left": st.none() | names,
        "right": st.none() | names,
        "score": st.tuples(maybe, maybe),
        "penalties": st.none() | st.tuples(st.integers(0, 3), st.integers(0, 3)),
        "stats": st.fixed_dictionaries({}, optional={"shots": values, "saves": values}),
    }
)
# How many versions behind the one that If-Match names is; None for no If-Match.
stale = st.sampled_from([None, None, 0, 1])
plain_commands = st.sampled_from([DeleteMatch(), RestoreMatch(), RequestExtraction()])
commands = plain_commands | st.just(ConfirmStats(score_user=1, score_opponent=0))
upload_details = st.fixed_dictionaries(
    {"opponent_name": names, "side": st.none() | sides, "played_at": st.none() | times}
)
readings = st.fixed_dictionaries(
    {
        "left": st.none() | names,
        "right": st.none() | names,
        "score": st.tuples(maybe, maybe),
        "penalties": st.none() | st.tuples(st.integers(0, 3), st.integers(0, 3)),
        "stats": st.fixed_dictionaries({}, optional={"shots": values, "saves": values}),
    }
)
# How many versions behind the one that If-Match names is; None for no If-Match.
stale = st.sampled_from([None, None, 0, 1])
commands = st.sampled_from(
    [
        ConfirmStats(score_user=1, score_opponent=0),
        DeleteMatch(),
        RestoreMatch(),
        RequestExtraction(),
    ]
)
failures = st.sampled_from(
    [
        {"reason": "unreadable", "detail": "The numbers are blurred."},
        {"reason": "timed_out", "detail": "It took too long."},
    ]
)


def upload(details: dict[str, Any], said: dict[str, Any] | None) -> Upload:
    """The beginning of a match, with a picture of 4 x 4 pixels."""
    file = ReceivedFile()
    file.write(header() + rows() + chunk(b"IEND"))
    side = details["side"] and Side(details["side"])
    return Upload(
        Details(opponent_name=details["opponent_name"], side=side, played_at=details["played_at"]),
        None if said is None else command(said),
        file,
    )


def command(said: dict[str, Any]) -> ConfirmStats:
    """What was said, as the command's own type."""
    pairs = (
        {key: Pair(*values) for key, values in said["stats"].items()} if "stats" in said else UNSET
    )
    side = said.get("side", UNSET)
    return ConfirmStats(**{**said, "stats": pairs, "side": Side(side) if side else side})


def pairs(said: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Statistics as they stand in JSON; what is not known is left out."""
    who = ("user", "opponent")
    return {
        key: {name: value for name, value in zip(who, pair, strict=True) if value is not None}
        for key, pair in said.items()
    }


def read(match_id: UUID, asked: int, reading: dict[str, Any]) -> StatsExtracted:
    """A reading as the OCR sends it."""
    return StatsExtracted(
        request_id=uuid5(match_id, str(asked)),
        match_id=match_id,
        correlation_id=REQUEST_ID,
        reading=Reading(
            screen="efootball.match_stats",
            phase=Phase.FULL_TIME,
            left_name=reading["left"],
            right_name=reading["right"],
            score=Sides(*reading["score"]),
            penalties=reading["penalties"] and Sides(*reading["penalties"]),
            stats={key: Sides(*pair) for key, pair in reading["stats"].items()},
            confidence={"score": 0.9},
            warnings=(),
            engine="tesseract 5.5",
            milliseconds=90,
        ),
    )


def failed(match_id: UUID, asked: int, failure: dict[str, str]) -> ExtractionFailed:
    """A failure as the OCR sends it."""
    return ExtractionFailed(
        request_id=uuid5(match_id, str(asked)),
        match_id=match_id,
        correlation_id=REQUEST_ID,
        reason=FailureReason(failure["reason"]),
        detail=failure["detail"],
        attempts=3,
    )
