"""The export: complete or visibly broken off, a few at once, and nothing of others."""

import csv
import io
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from deploy.data_folder import DataFolder
from deploy.postgres import Postgres
from query_api.export import AT_ONCE
from query_api.export_rows import COLUMNS
from tests.deploy.processes import wait_for
from tests.journeys.copies import Copy
from tests.journeys.pictures import noise
from tests.journeys.players import Player
from tests.plain_http import NO_CERTIFICATES

FILE = "/api/export/"
MANY = 5000


@pytest.fixture
def connection(copy: Copy) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_of(copy), autocommit=True) as conn:
        yield conn


def database_of(copy: Copy) -> str:
    return Postgres(DataFolder(copy.folder).postgres).conninfo()


def played(player: Player, opponent: str) -> str:
    answer = player.upload(noise(), opponent_name=opponent, score_user="3", score_opponent="1")
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def fill(conn: psycopg.Connection[Any], player: Player) -> None:
    """Put many older matches into the read model, each like the player's only one."""
    conn.execute(
        """
        INSERT INTO read_models.matches
        SELECT (jsonb_populate_record(
            matches,
            jsonb_build_object(
                'match_id', gen_random_uuid(),
                'created_at', created_at - number * interval '1 minute'
            )
        )).*
        FROM read_models.matches, generate_series(1, %(many)s) AS number
        WHERE owner_id = %(owner_id)s
        """,
        {"many": MANY, "owner_id": player.id},
    )


@pytest.fixture(scope="module")
def collector(copy: Copy) -> Iterator[Player]:
    """A player of many matches, for those who leave everything as it is."""
    collector = Player(copy)
    played(collector, "Omar")
    with psycopg.connect(database_of(copy), autocommit=True) as conn:
        fill(conn, collector)
    yield collector
    collector.http.close()


@pytest.fixture
def damaged(collector: Player, connection: psycopg.Connection[Any]) -> Iterator[None]:
    """The collector's last match is not as it was written."""
    parameters = {"owner_id": collector.id}
    [(match_id, view)] = connection.execute(
        """
        SELECT match_id, view FROM read_models.matches
        WHERE owner_id = %(owner_id)s ORDER BY created_at LIMIT 1
        """,
        parameters,
    )
    write = "UPDATE read_models.matches SET view = %(view)s WHERE match_id = %(match_id)s"
    connection.execute(write, {"view": "{", "match_id": match_id})
    yield
    connection.execute(write, {"view": view, "match_id": match_id})


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    text = answer.content.decode("utf-8-sig")
    return [*csv.DictReader(io.StringIO(text, newline=""), strict=True)]


def test_the_file_holds_every_match_but_the_deleted(player: Player, stranger: Player) -> None:
    names = ['=1+1","x', "Omar", "Deleted", "@ياسين"]
    paths = [played(player, name) for name in names]
    played(stranger, "Stranger")
    assert player.http.delete(paths[2]).status_code == 204
    answer = player.http.get(FILE)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="efootball-matches-20')
    assert disposition.endswith('.csv"')
    read = rows(answer)
    assert [row["opponent_name"] for row in read] == ["'@ياسين", "Omar", '\'=1+1","x']
    assert [tuple(row) for row in read] == [COLUMNS] * 3
    assert {row["result"] for row in read} == {"win"}


def test_the_file_for_programs_holds_what_the_answers_hold(player: Player) -> None:
    path = played(player, "Omar")
    played(player, "Yassine")
    assert player.http.patch(path, json={"score_user": 2}).status_code == 200
    answer = player.http.get(f"{FILE}?format=json")
    assert answer.headers["Content-Disposition"].endswith('.json"')
    newer, older = answer.json()
    history = older.pop("history")
    # The reading may come at any moment: the file is held against what was there by then.
    version = older["version"]
    assert history == player.get(f"{path}history/")[:version]
    assert [entry["version"] for entry in history] == [*range(1, version + 1)]
    shown = player.get(f"{path}history/?version={version}")
    addresses = {"screenshot", "thumbnail"}
    assert {k: v for k, v in older.items() if k not in addresses} == {
        k: v for k, v in shown.items() if k not in addresses
    }
    assert older["screenshot"] == f"{path}screenshot/"
    assert newer["opponent_name"] == "Yassine"


def test_a_player_without_matches_gets_an_empty_file(player: Player) -> None:
    assert rows(player.http.get(FILE)) == []
    assert player.http.get(f"{FILE}?format=json").json() == []


@pytest.mark.parametrize("query", ["format=xml", "format=", "format=CSV", "limit=1"])
def test_another_format_is_refused(player: Player, query: str) -> None:
    answer = player.http.get(f"{FILE}?{query}")
    assert answer.status_code == 400
    assert answer.json()["fields"]


def test_many_pages_make_one_file(collector: Player) -> None:
    assert len(rows(collector.http.get(FILE))) == MANY + 1
    assert len(collector.http.get(f"{FILE}?format=json").json()) == MANY + 1


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_file_that_breaks_off_does_not_look_complete(
    copy: Copy, collector: Player, damaged: None, kind: str
) -> None:
    status, received = 0, 0
    headers = {"Authorization": collector.http.headers["Authorization"]}
    url = f"{copy.address}{FILE}?format={kind}"
    with (
        httpx.Client(trust_env=False, verify=NO_CERTIFICATES) as http,
        http.stream("GET", url, headers=headers) as answer,
    ):
        status = answer.status_code
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):  # noqa: PT012
            for piece in answer.iter_raw():
                received += len(piece)
    assert status == 200
    assert received


class Waiting:
    """A download whose client reads nothing: it stays under way."""

    def __init__(self, player: Player) -> None:
        address = player.http.base_url
        self.socket = socket.create_connection((address.host, address.port or 80))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        token = player.http.headers["Authorization"]
        request = f"GET {FILE}?format=json HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n\r\n"
        self.socket.sendall(request.encode())
        assert self.socket.recv(12) == b"HTTP/1.1 200"


def test_a_player_exports_a_few_at_once(
    player: Player, stranger: Player, connection: psycopg.Connection[Any]
) -> None:
    played(player, "Omar")
    fill(connection, player)
    downloads = [Waiting(player) for _ in range(AT_ONCE)]
    refused = player.http.get(FILE)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert stranger.http.get(FILE).status_code == 200
    for download in downloads:
        download.socket.close()
    wait_for(lambda: player.http.get(FILE).status_code == 200)


def test_who_asks_for_the_headers_alone_gets_them_at_once(
    player: Player, connection: psycopg.Connection[Any]
) -> None:
    played(player, "Omar")
    fill(connection, player)
    for _ in range(AT_ONCE + 1):
        answer = player.http.head(FILE)
        assert answer.headers["Content-Disposition"]
        assert answer.content == b""
    wait_for(lambda: player.http.head(FILE).status_code == 200)
