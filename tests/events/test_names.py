"""Names are compared as people compare them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.names import LONGEST_NAME, fold


@pytest.mark.parametrize("name", ["Yassine", "YASSINE", " yas sine", "Yássine", "Y.A.S.S.I.N.E"])
def test_case_accents_spaces_and_punctuation_do_not_count(name: str) -> None:
    assert fold(name) == "yassine"


def test_a_name_of_nothing_else_is_itself() -> None:
    assert (fold(" *** "), fold("!!!")) == ("***", "!!!")


@given(st.text(max_size=LONGEST_NAME))
def test_a_folded_name_holds_no_more_than_a_name_may(name: str) -> None:
    assert len(fold(name)) <= LONGEST_NAME


def test_characters_that_stand_for_words_do_not_outgrow_an_index() -> None:
    assert len(fold("\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * LONGEST_NAME)) == 255
