"""The phase of the match, in every language of the game."""

import pytest

from events.reading import Phase
from ocr_service.layouts.efootball.languages import LANGUAGES
from ocr_service.layouts.efootball.phases import phase_of


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("phase", list(Phase))
def test_each_language_names_its_phases(language: str, phase: Phase) -> None:
    assert phase_of(LANGUAGES[language].phase(phase)) == (phase, 1.0)


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("Full Tirne", Phase.FULL_TIME),
        ("Haif Time.", Phase.HALF_TIME),
        ("Mag Sonu", Phase.FULL_TIME),
        ("Nach Verlangerung", Phase.AFTER_EXTRA_TIME),
        ("FIN DU MATCH", Phase.FULL_TIME),
    ],
)
def test_small_slips_of_the_engine_are_forgiven(text: str, phase: Phase) -> None:
    found, likeness = phase_of(text)
    assert found is phase
    assert 0.6 < likeness <= 1


@pytest.mark.parametrize("text", ["", "4 PK 3", "Next", "Jilo ois clay", "11 - 4", "Borussia"])
def test_other_words_are_no_phase(text: str) -> None:
    assert phase_of(text) == (None, 0.0)
