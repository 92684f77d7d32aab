"""Requests that were once answered wrongly."""

import base64
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from tests.contract.answers import assert_refused
from tests.contract.forms import CONTENT_TYPE, upload
from tests.journeys.copies import Copy
from tests.journeys.players import Player


@contextmanager
def connected(copy: Copy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", copy.port), timeout=20) as connection:
        yield connection


def status_of(connection: socket.socket) -> int:
    return int(connection.makefile("rb").readline().split()[1])


def head_of(owner: Player, length: int) -> bytes:
    return (
        f"POST /api/matches/ HTTP/1.1\r\nHost: here\r\nConnection: close\r\n"
        f"Authorization: {owner.http.headers['Authorization']}\r\n"
        f"Content-Type: {CONTENT_TYPE}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def test_a_form_whose_last_line_break_comes_alone_is_taken(
    copy: Copy, owner: Player, picture: bytes
) -> None:
    form = upload(picture)
    with connected(copy) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(head_of(owner, len(form)))
        connection.sendall(form[:-2])
        owner.get("/api/auth/me/")  # the server has read so far
        connection.sendall(form[-2:])
        assert status_of(connection) == 201


def test_a_body_that_is_cut_short_is_no_fault_of_ours(
    copy: Copy, owner: Player, picture: bytes
) -> None:
    with connected(copy) as connection:
        connection.sendall(head_of(owner, 100_000) + upload(picture))
        connection.shutdown(socket.SHUT_WR)
        answer = connection.makefile("rb").readline()
    assert not answer or answer.split()[1] == b"400"


def test_silent_connections_keep_nobody_out(copy: Copy, anyone: httpx.Client) -> None:
    with ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(connected(copy))
        assert anyone.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/api/matches/", "/api/auth/me/"])
def test_head_is_get_without_a_body(owner: Player, path: str) -> None:
    got, head = owner.http.get(path), owner.http.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/healthz", "GET, HEAD, OPTIONS"),
        ("/api/stats/summary/", "GET, HEAD, OPTIONS"),
        ("/api/matches/x/", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"),
        ("/api/matches/", "GET, HEAD, OPTIONS, POST"),
        ("/api/matches/x/restore/", "OPTIONS, POST"),
    ],
)
def test_an_address_says_what_both_sides_allow(
    anyone: httpx.Client, path: str, allowed: str
) -> None:
    refused = anyone.request("TRACE", path)
    assert_refused(refused, 405)
    assert refused.headers["Allow"] == allowed
    options = anyone.options(path)
    assert (options.status_code, options.headers["Allow"]) == (204, allowed)


@pytest.mark.parametrize(
    "place", [[["x"] * 3], ["2030-01-01T00:00:00Z", "0" * 32, 1], json.loads("[" * 90 + "]" * 90)]
)
def test_a_forged_cursor_is_refused(owner: Player, place: object) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(place).encode()).decode()
    assert_refused(owner.http.get("/api/matches/", params={"cursor": cursor}), 400)


def test_a_cursor_too_deep_for_the_decoder_is_refused(owner: Player) -> None:
    text = '["2030-01-01T00:00:00Z","' + "0" * 32 + '",' + "[" * 2000 + "]" * 2000 + "]"
    cursor = base64.urlsafe_b64encode(text.encode()).decode()
    assert_refused(owner.http.get("/api/matches/", params={"cursor": cursor}), 400)


@pytest.mark.parametrize("condition", ['"' + "9" * 5000 + '"', '"one"', 'W/"1"'])
def test_an_if_match_that_no_match_has_fails(owner: Player, match: str, condition: str) -> None:
    headers = {"If-Match": condition}
    assert_refused(owner.http.patch(match, json={"score_user": 1}, headers=headers), 412)


@pytest.mark.parametrize("condition", ["*", 'W/"{}"', '"x", "{}"'])
def test_an_unchanged_match_is_not_sent_again(owner: Player, match: str, condition: str) -> None:
    version = owner.get(match)["version"]
    headers = {"If-None-Match": condition.format(version)}
    assert owner.http.get(match, headers=headers).status_code == 304


def test_a_stranger_is_told_of_no_match_before_any_fault_in_the_body(
    outsider: Player, match: str
) -> None:
    assert_refused(outsider.http.put(match, content=b"{"), 404)
    assert_refused(outsider.http.put(match, json={"score_user": "x"}), 404)
    headers = {"If-Match": '"x"'}
    assert_refused(outsider.http.patch(match, json={"score_user": 1}, headers=headers), 404)


def test_who_asks_is_looked_at_before_the_position(anyone: httpx.Client) -> None:
    assert_refused(anyone.get("/api/matches/", headers={"Event-Position": "x"}), 401)


def test_an_unknown_key_in_a_statistic_is_refused(owner: Player, match: str) -> None:
    stats = {"shots": {"user": 5, "oponent": 6}}
    assert_refused(owner.http.patch(match, json={"stats": stats}), 400)


def test_a_match_can_be_sent_back_as_it_was_shown(owner: Player, match: str) -> None:
    shown = owner.get(match)
    names = ("score_user", "score_opponent", "stats", "side", "opponent_name", "played_at")
    answer = owner.http.put(match, json={name: shown[name] for name in names})
    assert answer.status_code == 200
    assert answer.json()["side"] is None


def test_a_picture_of_nearly_10_mib_is_not_too_large(owner: Player, picture: bytes) -> None:
    padded = picture + b"\0" * (10 * 2**20 - len(picture))  # what follows the end is cut away
    assert owner.upload(padded, score_user="1", score_opponent="0").status_code == 201
    refused = owner.upload(padded + b"\0" * 2**17, score_user="1", score_opponent="0")
    assert_refused(refused, 413)
    assert "10 MiB" in refused.json()["detail"]


def test_the_times_of_parallel_changes_grow_with_their_versions(
    owner: Player, picture: bytes
) -> None:
    path = owner.upload(picture, score_user="0", score_opponent="0").headers["Location"]

    def put(goals: int) -> int:
        return owner.http.put(path, json={"score_user": goals, "score_opponent": 0}).status_code

    with ThreadPoolExecutor(20) as threads:
        assert set(threads.map(put, range(60))) == {200}
    history = owner.get(f"{path}history/")
    confirmations = [entry for entry in history if "correct" in entry["event"]]
    assert len(confirmations) == 60
    times = [entry["occurred_at"] for entry in history if entry["actor"] != "ocr"]
    assert times == sorted(times)
