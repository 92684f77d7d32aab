"""E-mail addresses: which text is one, and when two of them are the same."""

import re
from typing import Final

LONGEST: Final = 254  # RFC 5321: 256 with the angle brackets
LONGEST_BEFORE_AT: Final = 64

# What browsers take in <input type="email"> (WHATWG), but with a top-level domain and without
# stray dots before the @.
_WORD: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(rf"{_WORD}(?:\.{_WORD})*@{_LABEL}(?:\.{_LABEL})+")


def is_address(text: str) -> bool:
    """Whether `text`, without its outer spaces, is an e-mail address."""
    text = text.strip()
    return (
        len(text) <= LONGEST
        and text.find("@") <= LONGEST_BEFORE_AT
        and _ADDRESS.fullmatch(text) is not None
    )


def folded(text: str) -> str:
    """The form in which addresses are compared: two spellings of one are equal in it."""
    return text.strip().casefold()
