"""What happens on the wire: pieces, pipelines, cuts, and clients that leave."""

import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

import httpx
import pytest

from tests.contract.forms import CONTENT_TYPE, upload
from tests.journeys.copies import Copy
from tests.journeys.players import Player

BODY = b'{"score_user": 3, "score_opponent": 3}'


def head(player: Player, method: str, path: str, *headers: str) -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {player.tokens['access']}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def answered(copy: Copy, pieces: Sequence[bytes], *, half_close: bool = False) -> bytes:
    """All that comes back until the server closes."""
    address = urlsplit(copy.address)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        # Each piece is to be a packet of its own.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            connection.sendall(piece)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65_536):
            received += chunk
    return received


def statuses(received: bytes) -> list[int]:
    parts = received.split(b"HTTP/1.1 ")[1:]
    return [int(part[:3]) for part in parts]


def test_requests_in_one_packet_are_answered_in_order(
    copy: Copy, owner: Player, match: str
) -> None:
    json = f"Content-Length: {len(BODY)}", "Content-Type: application/json"
    requests = [
        head(owner, "GET", match),
        head(owner, "PUT", match, *json) + BODY,
        head(owner, "GET", "/api/matches/?limit=x"),
        head(owner, "GET", "/nothing"),
        head(owner, "GET", match, "Connection: close"),
    ]
    received = answered(copy, [b"".join(requests)])
    assert statuses(received) == [200, 200, 400, 404, 200]


def test_a_chunked_body_is_taken_like_another(copy: Copy, owner: Player, match: str) -> None:
    headers = "Transfer-Encoding: chunked", "Content-Type: application/json", "Connection: close"
    chunks = [b"1\r\n" + BODY[n : n + 1] + b"\r\n" for n in range(len(BODY))]
    received = answered(copy, [head(owner, "PUT", match, *headers), *chunks, b"0\r\n\r\n"])
    assert statuses(received) == [200]


@pytest.mark.parametrize("cut", [1, 8, 60, 5000])
def test_a_form_may_come_in_pieces(copy: Copy, player: Player, picture: bytes, cut: int) -> None:
    form = upload(picture)
    length = f"Content-Length: {len(form)}"
    headers = f"Content-Type: {CONTENT_TYPE}", length, "Connection: close"
    pieces = [head(player, "POST", "/api/matches/", *headers), form[:cut], form[cut:]]
    assert statuses(answered(copy, pieces)) == [201]


@pytest.mark.parametrize("length", ["Content-Length: 1000", "Transfer-Encoding: chunked"])
def test_a_body_that_is_cut_off_changes_nothing(
    copy: Copy, owner: Player, match: str, length: str
) -> None:
    version = owner.get(match)["version"]
    body = BODY if "Length" in length else b"%x\r\n%b\r\n" % (len(BODY), BODY)
    request = head(owner, "PUT", match, length, "Content-Type: application/json") + body
    answered(copy, [request], half_close=True)
    assert owner.get(match)["version"] == version


def test_an_upload_that_is_cut_off_leaves_no_match(
    copy: Copy, player: Player, picture: bytes
) -> None:
    form = upload(picture)
    headers = f"Content-Type: {CONTENT_TYPE}", f"Content-Length: {len(form)}"
    request = head(player, "POST", "/api/matches/", *headers)
    for cut in (0, 40, len(form) // 2, len(form) - 1):
        answered(copy, [request + form[:cut]], half_close=True)
    assert player.get("/api/matches/") == []


@pytest.mark.parametrize("length", ["-1", "9" * 20, "x"])
def test_a_length_that_is_none_is_refused(
    copy: Copy, owner: Player, match: str, length: str
) -> None:
    request = head(owner, "PUT", match, f"Content-Length: {length}") + BODY
    assert statuses(answered(copy, [request])) == [400]


@pytest.mark.parametrize(
    "noise",
    [b"\0\xff\0\xff\r\n\r\n", b"\x16\x03\x01\x02\0\x01\0\x01\xfc", b"GET /\0 HTTP/1.1\r\n\r\n"],
)
def test_noise_is_answered_and_forgotten(copy: Copy, anyone: httpx.Client, noise: bytes) -> None:
    assert statuses(answered(copy, [noise])) == [400]
    assert anyone.get("/healthz").status_code == 200
