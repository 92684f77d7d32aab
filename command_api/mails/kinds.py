"""The kinds of mail. A new one is its words in `words.py` and a line here."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from msgspec import Struct

from command_api.mails import words
from command_api.mails.words import Links, Words


class Kind(Struct, frozen=True):
    """A kind of mail, under the name that is stored.

    `write` makes the words from the links and the token, which is empty where the kind has none
    (no `token_life`). `patience` is how long the sending is tried. `to_verified_only` is for mail
    that nobody asked for at that moment: it goes to proved addresses alone.
    """

    name: str
    write: Callable[[Links, str], Words]
    token_life: timedelta | None = None
    patience: timedelta = timedelta(days=3)
    to_verified_only: bool = False


VERIFICATION: Final = Kind("verification", words.verification, token_life=timedelta(hours=48))
PASSWORD_RESET: Final = Kind(
    "password_reset",
    words.password_reset,
    token_life=timedelta(hours=1),
    patience=timedelta(days=1),  # who has waited longer has long asked again
)
CONFIRMATION_REMINDER: Final = Kind(
    "confirmation_reminder", words.confirmation_reminder, to_verified_only=True
)
KINDS: Final = {kind.name: kind for kind in (VERIFICATION, PASSWORD_RESET, CONFIRMATION_REMINDER)}
