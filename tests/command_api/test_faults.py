"""Faults of input are told in words for people."""

import msgspec
import pytest

from command_api.faults import explained
from command_api.matches.commands import ConfirmStats


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        ({"score_user": "x"}, "score_user", "This must be a whole number."),
        ({"penalties_user": 1.5}, "penalties_user", "This must be a whole number or null."),
        ({"scores": 1}, "scores", "There is no such field."),
        ({"stats": {"fouls": {}, "shots": 5}}, "stats.shots", "This must be an object."),
        (
            {"score_user": 1, "stats": {"fouls": {}, "shots": {"user": "a"}}},
            "stats.shots.user",
            "This must be a whole number or null.",
        ),
        ({"stats": {"shots": {"a`b": 1}}}, "stats.shots.a`b", "There is no such field."),
        ({"a`b\n": 1}, "a`b\n", "There is no such field."),
        ({"side": "up"}, "side", "This is none of the known values."),
        ({"opponent_name": None}, "opponent_name", "This must be text."),
        ({"played_at": "x"}, "played_at", "This must be a time such as 2026-01-21T18:30:00Z."),
        ([], "", "This must be an object."),
    ],
)
def test_a_fault_names_its_field_in_a_sentence(body: object, field: str, sentence: str) -> None:
    with pytest.raises(msgspec.ValidationError) as wrong:
        msgspec.convert(body, ConfirmStats, strict=False)
    assert explained(str(wrong.value), body, ConfirmStats) == (field, sentence)


def test_a_missing_field_is_named() -> None:
    class Needs(msgspec.Struct):
        email: str

    with pytest.raises(msgspec.ValidationError) as wrong:
        msgspec.convert({}, Needs)
    assert explained(str(wrong.value), {}, Needs) == ("email", "This is needed.")
