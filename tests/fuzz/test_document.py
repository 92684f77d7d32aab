"""Requests made from the published document are answered as it says; `make fuzz` sends more."""

from pathlib import Path

from tests.fuzz.document import fuzz, sign_in
from tests.journeys.copies import Copy


def test_no_answer_to_a_player_differs_from_the_document(copy: Copy, tmp_path: Path) -> None:
    piece = fuzz(copy, tmp_path, token=sign_in(copy), seed=1, examples=2)
    assert not piece.failures, piece.failures
    assert piece.requests > 40


def test_no_answer_to_a_stranger_differs_from_the_document(copy: Copy, tmp_path: Path) -> None:
    piece = fuzz(copy, tmp_path, token=None, seed=2, examples=2)
    assert not piece.failures, piece.failures
    assert piece.requests > 40
