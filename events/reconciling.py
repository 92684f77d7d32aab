"""What to do about a picture that was sent to be read, and of which nothing was heard since."""

from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from events.pending import Pending

FIRST_LOOK: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=1)
# All deliveries of a message take less. One that was handed out and is still there is stuck.
STUCK_AFTER: Final = timedelta(minutes=10)
MOST_SENDS: Final = 8


class Fate(Enum):
    """What has to happen now."""

    SEND = auto()
    WAIT = auto()
    REPLACE = auto()
    GIVE_UP = auto()


def pause_after(sends: int) -> timedelta:
    """How long to wait for an outcome after the message was sent `sends` times."""
    return min(FIRST_LOOK * (1 << (sends - 1)), LONGEST_PAUSE)


def fate(pending: Pending, *, is_held: bool, is_delivered: bool, now: datetime) -> Fate:
    """The rule, for one that is due.

    `is_held`: its last message is still in the queue; `is_delivered`: it was handed to a worker.
    A message that waits for its turn is not sent again, however long the queue is.
    """
    if pending.sequence is None or pending.sent_at is None:
        return Fate.SEND
    if is_held and not is_delivered:
        return Fate.WAIT
    if is_held and now - pending.sent_at < STUCK_AFTER:
        return Fate.WAIT
    if pending.sends >= MOST_SENDS:
        return Fate.GIVE_UP
    return Fate.REPLACE if is_held else Fate.SEND
