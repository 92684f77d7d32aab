"""The `Prefer` header as RFC 7240 writes it."""

import pytest

from command_api.preferences import READING_SECONDS, SHOWN_SECONDS, Waiting, waiting

AS_USUAL = Waiting(READING_SECONDS, SHOWN_SECONDS)
NOT_AT_ALL = Waiting(0, 0)


@pytest.mark.parametrize(
    ("prefer", "wanted"),
    [
        ("", AS_USUAL),
        ("wait=5", Waiting(5, SHOWN_SECONDS)),
        ('wait="5"', Waiting(5, SHOWN_SECONDS)),
        ("WAIT = 5 ; why=soon", Waiting(5, SHOWN_SECONDS)),
        ("wait=5, wait=9", Waiting(5, SHOWN_SECONDS)),
        ("wait=600", Waiting(60, SHOWN_SECONDS)),
        ('note="a, wait=5; b", handling=lenient', AS_USUAL),
        ('note="a \\" wait=5, respond-async"', AS_USUAL),
        ('note="wait=5', AS_USUAL),
        ("respond-async", NOT_AT_ALL),
        ('respond-async; note="x;y", wait=5', NOT_AT_ALL),
        ("x; respond-async", AS_USUAL),
        ("wait=-1", AS_USUAL),
        ("wait=\u0665", AS_USUAL),
        (", ,;=,", AS_USUAL),
        ('"' * 100_000, AS_USUAL),
    ],
)
def test_preferences_are_taken_apart_as_the_rfc_says(prefer: str, wanted: Waiting) -> None:
    assert waiting(prefer) == wanted
