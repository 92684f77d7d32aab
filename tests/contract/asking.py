"""What another player waits for: an answer of the owner, with a code or about a shared match."""

from msgspec import Struct

from tests.journeys.players import Player


class Asked(Struct, frozen=True):
    """An open code, and the path of a shared match whose correction waits to be confirmed."""

    code: str
    match: str


def ask(asking: Player, answering: Player, picture: bytes) -> Asked:
    """Have `asking` wait for both answers of `answering`."""
    return Asked(_code(asking, picture)[1], _shared(asking, answering, picture))


def _code(asking: Player, picture: bytes) -> tuple[str, str]:
    """The path of a confirmed match, and a code for it."""
    uploaded = asking.upload(picture)  # it waits for the reading, so that nothing comes later
    path = str(uploaded.headers["Location"])
    confirmed = asking.http.put(path, json={"score_user": 3, "score_opponent": 1})
    assert confirmed.status_code == 200, confirmed.text
    given = asking.http.post(f"{path}confirmation/")
    assert given.status_code == 201, given.text
    return path, given.json()["code"]


def _shared(asking: Player, answering: Player, picture: bytes) -> str:
    path, code = _code(asking, picture)
    answer = answering.http.post(f"/api/confirmations/{code}/confirm/")
    assert answer.json()["verification"] == "verified", answer.text
    corrected = asking.http.patch(path, json={"score_user": 4})
    assert corrected.json()["verification"] == "requested", corrected.text
    return path
