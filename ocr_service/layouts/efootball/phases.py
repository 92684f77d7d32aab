"""When in the match the screen was shown: the text of the yellow strip, in the game's languages."""

import unicodedata
from difflib import SequenceMatcher
from typing import Final

from events.reading import Phase
from ocr_service.layouts.efootball.languages import LANGUAGES

# Wordings seen beside those of `languages`.
OTHERS: Final = {
    Phase.HALF_TIME: ("Medio tiempo", "Intervallo", "Babak Pertama", "İlk Yarı"),  # noqa: RUF001
    Phase.FULL_TIME: ("Match terminé", "Fim da partida", "Finale", "Abpfiff", "Akhir Laga"),
    Phase.AFTER_EXTRA_TIME: ("Extra Time", "Prolongations", "Prórroga", "Prorrogação"),
}
LEAST_LIKENESS: Final = 0.62
# The runner-up among the other phases must be less alike by this much.
LEAST_LEAD: Final = 0.12
LEAST_CONFIDENCE: Final = 0.8


def phase_of(text: str) -> tuple[Phase | None, float]:
    """The phase that `text` names, and how sure that is (0 to 1)."""
    seen = _plain(text)
    likeness = {phase: _likeness(seen, wordings) for phase, wordings in _WORDINGS.items()}
    best, second = sorted(likeness, key=lambda phase: -likeness[phase])[:2]
    lead = likeness[best] - likeness[second]
    if likeness[best] < LEAST_LIKENESS or lead < LEAST_LEAD:
        return None, 0.0
    # With that lead no drawn phase was ever taken for another, so the least is fairly sure too.
    beyond = (likeness[best] - LEAST_LIKENESS) / (1 - LEAST_LIKENESS)
    return best, LEAST_CONFIDENCE + (1 - LEAST_CONFIDENCE) * beyond


def _likeness(seen: str, wordings: tuple[str, ...]) -> float:
    return max(SequenceMatcher(None, seen, wording).ratio() for wording in wordings)


def _plain(text: str) -> str:
    """Lower case, without accents, signs and blanks."""
    dotless = text.replace("ı", "i")  # noqa: RUF001, as Turkish writes it
    letters = unicodedata.normalize("NFKD", dotless).casefold()
    return "".join(letter for letter in letters if letter.isalpha())


_WORDINGS: Final = {
    phase: tuple(
        _plain(wording)
        for wording in (*(words.phase(phase) for words in LANGUAGES.values()), *OTHERS[phase])
    )
    for phase in Phase
}
