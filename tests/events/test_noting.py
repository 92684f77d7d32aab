"""A place is noted at once where something was found, and otherwise now and then."""

from events.noting import NOTED_AFTER_SECONDS, Noted


def test_what_was_found_is_noted_at_once() -> None:
    assert Noted(5).is_due(6, found=True)


def test_where_nothing_was_found_nobody_has_to_know_at_once() -> None:
    noted = Noted(5)
    assert not noted.is_due(5, found=False)
    assert not noted.is_due(9, found=False)


def test_a_follower_is_seen_to_go_on() -> None:
    # Whoever looks after the parts takes one for stuck after five seconds.
    assert NOTED_AFTER_SECONDS < 2.5
