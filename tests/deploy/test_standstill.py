"""Followers that stand still are told from those that have nothing to do."""

from deploy.standstill import STUCK_AFTER_SECONDS, Standstill

LATER = STUCK_AFTER_SECONDS + 1
STUCK = {"relay": "It stands still at 7, and the log has come to 9."}


def test_a_follower_that_does_not_move_while_there_is_more_is_told_after_a_while() -> None:
    standstill = Standstill()
    assert standstill.stuck([("relay", 7), ("matches", 9)], 9, 0.0) == {}
    assert standstill.stuck([("relay", 7), ("matches", 9)], 9, STUCK_AFTER_SECONDS) == {}
    assert standstill.stuck([("relay", 7), ("matches", 9)], 9, LATER) == STUCK
    assert standstill.stuck([("relay", 8), ("matches", 9)], 9, LATER) == {}


def test_a_follower_at_the_end_of_the_log_has_all_its_time_when_the_log_goes_on() -> None:
    standstill = Standstill()
    assert standstill.stuck([("relay", 7)], 7, 0.0) == {}
    assert standstill.stuck([("relay", 7)], 7, 100.0) == {}
    assert standstill.stuck([("relay", 7)], 9, 101.0) == {}
    assert standstill.stuck([("relay", 7)], 9, 100.0 + LATER) == STUCK


def test_what_was_seen_before_the_database_was_away_does_not_count() -> None:
    standstill = Standstill()
    standstill.stuck([("relay", 7)], 9, 0.0)
    standstill.forget()
    assert standstill.stuck([("relay", 7)], 9, LATER) == {}
    assert standstill.stuck([("relay", 7)], 9, 2 * LATER) == STUCK
