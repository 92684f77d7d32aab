"""Requests made from the published document are answered as it says; `make fuzz` sends more."""

from pathlib import Path

import pytest

from query_api.freshness import POSITION
from tests.fuzz.document import fuzz, sign_in
from tests.journeys.copies import Copy
from tests.journeys.pictures import noise
from tests.journeys.players import Player


@pytest.fixture
def copy_at_the_example(copy: Copy, player: Player) -> Copy:
    """Its log has come to the position in the document: nobody waits a second for what is not."""
    [example] = POSITION.schema["examples"]
    path = player.upload(noise()).headers["Location"]
    position = score = 0
    while position < int(example):
        score += 1
        answer = player.http.put(path, json={"score_user": score, "score_opponent": 0})
        position = int(answer.headers["Event-Position"])
    return copy


def test_no_answer_to_a_player_differs_from_the_document(
    copy_at_the_example: Copy, tmp_path: Path
) -> None:
    token = sign_in(copy_at_the_example)
    piece = fuzz(copy_at_the_example, tmp_path, token=token, seed=1, examples=2)
    assert not piece.failures, piece.failures
    assert piece.requests > 40


def test_no_answer_to_a_stranger_differs_from_the_document(copy: Copy, tmp_path: Path) -> None:
    piece = fuzz(copy, tmp_path, token=None, seed=2, examples=1)
    assert not piece.failures, piece.failures
    assert piece.requests > 40
