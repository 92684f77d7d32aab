"""Uploads whose form is broken or holds what it may not are refused, and no match comes of them."""

from collections.abc import Callable, Iterator

import pytest

from tests.contract.answers import assert_refused
from tests.contract.forms import CONTENT_TYPE, END, part, score, upload
from tests.journeys.players import Player

Form = Callable[[bytes], bytes]
NAME = part("opponent_name", b"Yassine")


def shot(picture: bytes) -> bytes:
    return part("screenshot", picture, filename="match.png")


def with_part(*parts: bytes) -> Form:
    return lambda picture: upload(picture, *parts)


def named(name: bytes, headers: str = "") -> Form:
    return lambda p: shot(p) + part("opponent_name", name, headers) + score() + END


def scored(text: bytes) -> Form:
    numbers = part("score_user", text) + part("score_opponent", b"0")
    return lambda p: shot(p) + NAME + numbers + END


REFUSED: dict[str, tuple[int, Form]] = {
    "nothing": (400, lambda _: b""),
    "an end alone": (400, lambda _: END),
    "no end": (400, lambda p: upload(p)[: -len(END)]),
    "cut in the picture": (400, lambda p: upload(p)[:5000]),
    "line feeds alone": (400, lambda p: upload(p).replace(b"\r\n", b"\n")),
    "no name of a part": (400, with_part(part("x", b"").replace(b'; name="x"', b""))),
    "an empty name": (400, with_part(part("", b"x"))),
    "no disposition": (400, with_part(b"--BOUND\r\nContent-Type: text/plain\r\n\r\nx\r\n")),
    "attachments": (400, lambda p: upload(p).replace(b"form-data", b"attachment")),
    "a name in bad UTF-8": (400, with_part(part("x", b"").replace(b'"x"', b'"\xff"'))),
    "a length that lies": (400, named(b"Yassine", "Content-Length: 500\r\n")),
    "a folded header": (400, named(b"Yassine", "X: a\r\n b\r\n")),
    "50 headers": (400, named(b"Yassine", "X: a\r\n" * 50)),
    "a header of 20 kB": (400, named(b"Yassine", f"X: {'a' * 20_000}\r\n")),
    "17 parts": (400, with_part(*(part(f"x{n}", b"") for n in range(17)))),
    "5,000 parts": (400, with_part(*(part(f"x{n}", b"") for n in range(5000)))),
    "an unknown field": (400, with_part(part("id", b"1"))),
    "an unknown field with a null byte": (400, with_part(part("a\0b", b"1"))),
    "the picture twice": (400, lambda p: shot(p) + upload(p)),
    "the opponent twice": (400, with_part(NAME)),
    "no picture": (400, lambda _: NAME + score() + END),
    "no opponent": (400, lambda p: shot(p) + score() + END),
    "an empty picture": (415, lambda _: shot(b"") + NAME + score() + END),
    "a text as picture": (415, lambda _: shot(b"hello") + NAME + score() + END),
    "an opponent of spaces": (400, named(b"  ")),
    "an opponent in bad UTF-8": (400, named(b"\xff\xfe")),
    "an opponent in UTF-16": (400, named("Yassine".encode("utf-16"))),
    "an opponent that says it is in Latin-1": (
        415,
        named(b"Yassine", "Content-Type: text/plain; charset=iso-8859-1\r\n"),
    ),
    "a surrogate": (400, named(b"\xed\xa0\x80")),
    "a null byte": (400, named(b"a\0b")),
    "a line break": (400, named(b"a\r\nb")),
    "256 characters": (400, named(b"a" * 256)),
    "a text of 16 KiB": (413, named(b"a" * 16_385)),
    "a form in the form": (400, named(b"--IN\r\n\r\nx\r\n--IN--")),
    "a negative score": (400, scored(b"-1")),
    "half a goal": (400, scored(b"1.5")),
    "true goals": (400, scored(b"true")),
    "null goals": (400, scored(b"null")),
    "5,000 digits": (400, scored(b"9" * 5000)),
    "100 goals": (400, scored(b"100")),
    "one score": (400, lambda p: shot(p) + NAME + part("score_user", b"1") + END),
    "one side of a shoot-out": (400, with_part(part("penalties_user", b"1"))),
    "statistics without a score": (
        400,
        lambda p: shot(p) + NAME + part("stats", b'{"shots": {"user": 1}}') + END,
    ),
    "an unknown side": (400, with_part(part("side", b"top"))),
    "a time without zone": (400, with_part(part("played_at", b"2026-01-01T00:00:00"))),
    "a time in seconds": (400, with_part(part("played_at", b"1700000000"))),
    "a time in the year 1": (400, with_part(part("played_at", b"0001-01-01T00:00:00+14:00"))),
}
STATS = [
    "null", "[]", '"x"', "1", "true", "{", "{}{}", "[" * 8000, '{"a":' * 40 + "1" + "}" * 40,
    '{"shots": {"user": NaN}}', '{"shots": {"user": -1}}', '{"shots": {"user": 1.5}}',
    '{"shots": {"user": true}}', '{"shots": null}', '{"goals": {"user": 1}}',
    '{"shots": {"user": 1}, "shots": {"user": 1}}',
    '{"\\u0000": {"user": 1}}', '{"\\ud800": {"user": 1}}', "\ufeff{}",
]  # fmt: skip


def sent(player: Player, form: bytes, content_type: str = CONTENT_TYPE) -> tuple[int, int]:
    """The status, after checking the answer, and how many matches there are now."""
    headers = {"Content-Type": content_type}
    answer = player.http.post("/api/matches/", content=form, headers=headers)
    if answer.status_code >= 400:
        assert_refused(answer, answer.status_code)
    return answer.status_code, len(player.get("/api/matches/?limit=500"))


@pytest.mark.parametrize(("status", "form"), REFUSED.values(), ids=REFUSED.keys())
def test_a_wrong_form_makes_no_match(
    outsider: Player, picture: bytes, status: int, form: Form
) -> None:
    assert sent(outsider, form(picture)) == (status, 0)


@pytest.mark.parametrize("stats", STATS)
def test_statistics_that_cannot_be_make_no_match(
    outsider: Player, picture: bytes, stats: str
) -> None:
    assert sent(outsider, upload(picture, part("stats", stats.encode()))) == (400, 0)


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/mixed; boundary=BOUND",
        "application/json",
        "application/x-www-form-urlencoded",
    ],
)
def test_what_is_no_form_is_refused(outsider: Player, picture: bytes, content_type: str) -> None:
    assert sent(outsider, upload(picture), content_type) == (415, 0)


def test_another_boundary_than_the_header_says_is_refused(outsider: Player, picture: bytes) -> None:
    assert sent(outsider, upload(picture), f"{CONTENT_TYPE}X") == (400, 0)


@pytest.mark.parametrize(
    "content_type",
    ['multipart/form-data; boundary="BOUND"', "Multipart/Form-Data; Boundary=BOUND"],
)
def test_forms_of_all_spellings_are_taken(
    player: Player, picture: bytes, content_type: str
) -> None:
    assert sent(player, upload(picture), content_type) == (201, 1)


@pytest.mark.parametrize("size", [11 * 2**20, 40 * 2**20])
def test_a_body_above_the_limit_is_cut_off(outsider: Player, size: int) -> None:
    form = part("screenshot", b"a" * size, filename="match.png")
    headers = {"Content-Type": CONTENT_TYPE}

    def chunks() -> Iterator[bytes]:
        for start in range(0, len(form), 65_536):
            yield form[start : start + 65_536]

    contents: list[bytes | Iterator[bytes]] = [form, chunks()]
    for content in contents:
        answer = outsider.http.post("/api/matches/", content=content, headers=headers)
        assert answer.status_code == 413
        assert answer.json()["detail"]
