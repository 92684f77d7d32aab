"""What to do about a mail that is due."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Struct

from command_api.mails.kinds import Kind

FIRST_PAUSE: Final = timedelta(seconds=2)
LONGEST_PAUSE: Final = timedelta(minutes=15)
# A mail whose end is not known is sent once more, and not a third time.
MOST_DOUBTS: Final = 2


class DueMail(Struct, frozen=True):
    """A mail to be sent; `email` is None where there is nobody (any more) to get it."""

    id: UUID
    kind: Kind
    asked_at: datetime
    token_hash: bytes | None
    tries: int
    doubts: int
    email: str | None
    email_verified_at: datetime | None


class Fate(StrEnum):
    """What has to happen now; all but `SEND` are states in which a mail ends."""

    SEND = "send"
    DROP = "dropped"
    GIVE_UP = "given_up"
    LEAVE_IN_DOUBT = "doubtful"


def fate(mail: DueMail, now: datetime, *, repeats_harmlessly: bool) -> Fate:
    """The rule, for a mail that is due."""
    if mail.email is None:
        return Fate.DROP
    if mail.kind.token_life and mail.token_hash is None:  # used, or replaced by a later mail's
        return Fate.DROP
    if mail.kind.to_verified_only and mail.email_verified_at is None:
        return Fate.DROP
    if mail.doubts >= MOST_DOUBTS and not repeats_harmlessly:
        return Fate.LEAVE_IN_DOUBT
    if now - mail.asked_at > mail.kind.patience:
        return Fate.GIVE_UP
    return Fate.SEND


def pause_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row."""
    return min(FIRST_PAUSE * (1 << min(failures - 1, 20)), LONGEST_PAUSE)
