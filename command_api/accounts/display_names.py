"""The name that a player shows to others: which text is one."""

import unicodedata
from typing import Final

LONGEST: Final = 40  # characters (code points)
# Control characters, halves of surrogate pairs, and breaks of lines and paragraphs.
_NO_CHARACTERS: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
# What leaves no mark by itself: blanks, formatting, and marks that need a letter below them.
_UNSEEN: Final = _NO_CHARACTERS | {"Zs", "Cf", "Mn", "Me"}
# They turn the direction of what stands after them, in other people's lists too.
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def display_name_fault(name: str | None) -> str | None:
    """What is wrong with the name, in a sentence, or None; no name at all is fine."""
    if name is None:
        return None
    if all(unicodedata.category(c) in _UNSEEN for c in name):
        return "A name needs a character that can be seen; send null to have none."
    if len(name) > LONGEST:
        return f"This name is too long: at most {LONGEST} characters."
    if any(unicodedata.category(c) in _NO_CHARACTERS or c in _TURNING for c in name):
        return "A name cannot hold control characters such as line breaks."
    return None
