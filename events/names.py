"""Names of teams and players, compared as people compare them."""

import unicodedata
from typing import Final

LONGEST_NAME: Final = 255
_NEITHER_LETTER_NOR_DIGIT: Final = {n: None for n in range(128) if not chr(n).isalnum()}


def fold(name: str) -> str:
    """`name` without case, accents, spaces and punctuation, for comparing and grouping.

    A name that holds nothing else (``"***"``) folds to itself without case and outer spaces.
    It is cut where single characters stand for whole words, so that an index can hold it.
    """
    plain = name.casefold()
    if plain.isascii():  # there is nothing to take apart
        return (plain.translate(_NEITHER_LETTER_NOR_DIGIT) or plain.strip())[:LONGEST_NAME]
    decomposed = unicodedata.normalize("NFKD", plain)
    return ("".join(c for c in decomposed if c.isalnum()) or plain.strip())[:LONGEST_NAME]


def name_fault(name: str) -> str | None:
    """What is wrong with a name, or None."""
    if not name.strip():
        return "A name is needed."
    if len(name) > LONGEST_NAME:
        return f"This name is too long: at most {LONGEST_NAME} characters."
    if holds_control_characters(name):
        return "A name cannot hold control characters such as line breaks."
    return None


def holds_control_characters(text: str) -> bool:
    """Whether there is anything in `text` that is no character to be shown."""
    return any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000 for c in text)
