"""What happens on the wire: pieces, pipelines, cuts, and clients that leave."""

import json
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
    length = f"Content-Length: {len(BODY)}", "Content-Type: application/json"
    requests = [
        head(owner, "GET", match),
        head(owner, "PUT", match, *length) + BODY,
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


def test_a_client_that_is_refused_early_may_finish_and_gets_the_whole_answer(copy: Copy) -> None:
    size = 5_000_000
    request = f"POST /api/matches/ HTTP/1.1\r\nHost: here\r\nContent-Length: {size}\r\n\r\n"
    address = urlsplit(copy.address)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(request.encode())
        received = connection.recv(65_536)
        assert statuses(received) == [401]
        connection.sendall(b"a" * size)
        while chunk := connection.recv(65_536):
            received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"connection: close" in head.lower()
    assert json.loads(body)["detail"]


def test_a_client_that_waits_to_be_told_is_refused_at_once(copy: Copy) -> None:
    request = b"POST /api/matches/ HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
    received = answered(copy, [request])
    assert statuses(received) == [401]


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


@pytest.mark.parametrize(
    ("status", "request_head"),
    [
        (431, b"GET /healthz HTTP/1.1\r\n" + b"X: a\r\n" * 101),
        (431, b"GET /healthz HTTP/1.1\r\nX: " + b"a" * 2_000_000 + b"\r\n"),
        (414, b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n"),
        (400, b"GET /\xff HTTP/1.1\r\n"),
        (400, b"GET /healthz HTTP/1.1\r\nX : a\r\n"),
        (400, b"POST /healthz HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n"),
        (400, b"PRI * HTTP/2.0\r\n"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_request_is_refused_by_the_server_itself_without_a_body(
    copy: Copy, status: int, request_head: bytes
) -> None:
    """Granian answers these before any code of ours runs, and says no sentence."""
    received = answered(copy, [request_head + b"\r\n"])
    head, _, body = received.partition(b"\r\n\r\n")
    assert (statuses(received), body) == ([status], b"")
    assert b"connection: close" in head.lower()
