"""JSON text becomes a struct, or a refusal that names the field."""

import pytest

from command_api.json_text import from_json
from command_api.matches.commands import ConfirmStats
from events.refusals import Invalid
from events.stats import Pair


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"score_user": 1, "score_user": 1}', "score_user"),
        ('{"score_user": 1, "scor\\u0065_user": 2}', "score_user"),
        ('{"stats": {"shots": {"user": 1}, "shots": {"user": 1}}}', "stats.shots"),
        ('{"stats": {"shots": {"user": 1, "opponent": 2, "user": 1}}}', "stats.shots.user"),
        ('{"x": [1, {"y": 1, "y": 2}]}', "x.y"),
        ('{"score_user" :1,"score_user"\t:1, "opponent_name": "\\u003a"}', "score_user"),
    ],
)
def test_a_key_that_comes_twice_is_named(text: str, field: str) -> None:
    with pytest.raises(Invalid, match="twice") as refused:
        from_json(text, ConfirmStats)
    assert list(refused.value.fields) == [field]


def test_a_key_may_stand_in_several_objects() -> None:
    text = '{"shots": {"user": 1}, "fouls": {"user": 1}}'
    assert from_json(text, dict[str, Pair]) == {"shots": Pair(1), "fouls": Pair(1)}


@pytest.mark.parametrize(
    "time",
    ['"1700000000"', "1700000000", "1.7e9", '"2026-01-01"', '"2026-01-01T00:00:00"',
     '"2026-01-01 00:00:00Z"', '"20260101T000000Z"', '"2026-01-01T00:00:00+0100"',
     '"\u0662026-01-01T00:00:00Z"', "true", "[]", '""'],
)  # fmt: skip
def test_a_time_that_is_not_of_rfc_3339_is_refused(time: str) -> None:
    with pytest.raises(Invalid) as refused:
        from_json(f'{{"played_at": {time}}}', ConfirmStats)
    assert list(refused.value.fields) == ["played_at"]


@pytest.mark.parametrize(
    "time", ["2026-01-01T00:00:00Z", "2026-01-01T01:30:00.25+01:30", "2026-01-01t00:00:00z"]
)
def test_a_time_of_rfc_3339_is_taken(time: str) -> None:
    assert from_json(f'{{"played_at": "{time}"}}', ConfirmStats).played_at


def test_a_fault_below_a_field_of_a_form_is_named_whole() -> None:
    with pytest.raises(Invalid) as refused:
        from_json('{"fouls": {}, "shots": {"user": "x"}}', dict[str, Pair], "stats")
    assert list(refused.value.fields) == ["stats.shots.user"]
