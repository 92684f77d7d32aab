"""The rule for a picture of which nothing was heard since it was sent to be read."""

from datetime import timedelta
from uuid import uuid4

import pytest

from events.pending import Pending
from events.reconciling import MOST_SENDS, STUCK_AFTER, Fate, fate, pause_after
from tests.examples import MATCH_ID, NOON, REQUEST_ID, SCREENSHOT


def sent(sends: int = 1, sequence: int | None = 7) -> Pending:
    return Pending(
        request_id=uuid4(),
        match_id=MATCH_ID,
        correlation_id=REQUEST_ID,
        screenshot=SCREENSHOT,
        sends=sends,
        sent_at=NOON,
        sequence=sequence,
    )


@pytest.mark.parametrize(
    ("is_held", "is_delivered", "after", "expected"),
    [
        (True, False, timedelta(days=3), Fate.WAIT),  # the queue is long
        (True, True, STUCK_AFTER - timedelta(seconds=1), Fate.WAIT),  # somebody reads it
        (True, True, STUCK_AFTER, Fate.REPLACE),
        (False, True, timedelta(minutes=1), Fate.SEND),  # it was read, and the answer is lost
        (False, False, timedelta(minutes=1), Fate.SEND),  # it was thrown out of the queue
    ],
)
def test_it_is_sent_again_unless_it_waits_for_its_turn(
    is_held: bool,  # noqa: FBT001
    is_delivered: bool,  # noqa: FBT001
    after: timedelta,
    expected: Fate,
) -> None:
    what = fate(sent(), is_held=is_held, is_delivered=is_delivered, now=NOON + after)
    assert what is expected


@pytest.mark.parametrize("is_held", [True, False])
def test_it_is_given_up_after_the_last_send(is_held: bool) -> None:  # noqa: FBT001
    last = sent(sends=MOST_SENDS)
    assert fate(last, is_held=is_held, is_delivered=True, now=NOON + STUCK_AFTER) is Fate.GIVE_UP


def test_it_is_not_given_up_because_its_queue_was_lost() -> None:
    lost = sent(sends=MOST_SENDS, sequence=None)
    assert fate(lost, is_held=False, is_delivered=False, now=NOON) is Fate.SEND


def test_pauses_grow_from_a_minute_to_an_hour() -> None:
    minutes = [pause_after(sends) / timedelta(minutes=1) for sends in range(1, 10)]
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60, 60]
