"""When in the match the screen was shown: the text of the yellow strip, in the game's languages."""

import unicodedata
from difflib import SequenceMatcher
from typing import Final

from events.reading import Phase

WORDINGS: Final = {
    Phase.HALF_TIME: (
        "half time",
        "mi temps",
        "descanso",
        "medio tiempo",
        "intervalo",
        "fine primo tempo",
        "intervallo",
        "halbzeit",
        "devre arasi",
        "ilk yari",
        "paruh waktu",
        "babak pertama",
    ),
    Phase.FULL_TIME: (
        "full time",
        "fin du match",
        "final del partido",
        "fim de jogo",
        "fine partita",
        "spielende",
        "abpfiff",
        "mac sonu",
        "waktu penuh",
        "akhir pertandingan",
    ),
    Phase.AFTER_EXTRA_TIME: (
        "after extra time",
        "extra time",
        "apres prolongation",
        "fin de la prorroga",
        "apos a prorrogacao",
        "dopo i supplementari",
        "nach verlangerung",
        "uzatmalar sonu",
        "setelah perpanjangan waktu",
    ),
}
LEAST_LIKENESS: Final = 0.75


def phase_of(text: str) -> tuple[Phase | None, float]:
    """The phase that `text` names, and how alike the wording is (0 to 1)."""
    seen = _plain(text)
    if not seen:
        return None, 0.0
    likeness, phase = max(
        (SequenceMatcher(None, seen, wording).ratio(), phase)
        for phase, wordings in WORDINGS.items()
        for wording in wordings
    )
    return (phase, likeness) if likeness >= LEAST_LIKENESS else (None, 1 - likeness)


def _plain(text: str) -> str:
    """Lower case, without accents, and one blank between words."""
    letters = unicodedata.normalize("NFKD", text.replace("ı", "i")).casefold()  # noqa: RUF001
    kept = "".join(
        letter if letter.isalpha() else " "
        for letter in letters
        if letter.isprintable() and not unicodedata.combining(letter)
    )
    return " ".join(kept.split())
