"""Names of teams and players, compared as people compare them."""

import unicodedata
from typing import Final

LONGEST_NAME: Final = 255


def fold(name: str) -> str:
    """`name` without case, accents, spaces and punctuation, for comparing and grouping.

    A name that holds nothing else (``"***"``) folds to itself without case and outer spaces.
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in decomposed if c.isalnum()) or name.casefold().strip()
