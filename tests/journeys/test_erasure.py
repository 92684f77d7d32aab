"""An erased account leaves nothing of its player, and nobody else notices."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql

from deploy.data_folder import DataFolder
from deploy.postgres import Postgres
from tests.journeys.copies import Copy
from tests.journeys.pictures import drawn
from tests.journeys.players import PASSWORD, Player

ERASE = {"password": PASSWORD}


@pytest.fixture
def connection(copy: Copy) -> Any:
    with psycopg.connect(Postgres(DataFolder(copy.folder).postgres).conninfo()) as conn:
        yield conn


def erase(player: Player, body: object = ERASE) -> httpx.Response:
    return player.http.request("DELETE", "/api/auth/me/", json=body)


def name_of(player: Player) -> str:
    """An opponent's name that only this player's matches have."""
    return f"Quetzalcoatlus {player.id[:8]}"


def played(player: Player, seed: int = 61) -> str:
    """A match that was read and confirmed; gives its path."""
    picture, _ = drawn(seed=seed)
    once = {"Idempotency-Key": "once"}
    uploaded = player.upload(picture, opponent_name=name_of(player), headers=once)
    assert uploaded.status_code == 201, uploaded.text
    path = str(uploaded.headers["Location"])
    body = {"score_user": 3, "score_opponent": 1, "opponent_name": f"{name_of(player)} II"}
    assert player.http.put(path, json=body).status_code == 200
    return path


def places_of(conn: psycopg.Connection[Any], *markers: str) -> set[str]:
    """The tables in which a marker stands in any column, as text or as bytes."""
    tables = conn.execute(
        """
        SELECT table_schema, table_name FROM information_schema.tables
        WHERE table_type = 'BASE TABLE'
          AND table_schema NOT IN ('pg_catalog', 'information_schema')
        """
    ).fetchall()
    found = set()
    for schema, table in tables:
        cursor = conn.cursor(binary=True)
        cursor.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, table)))
        for row in cursor:
            whole = b" ".join(v if isinstance(v, bytes) else str(v).encode() for v in row)
            if any(marker.encode() in whole for marker in markers):
                found.add(f"{schema}.{table}")
    return found


def files_with(folder: Path, *markers: str) -> list[str]:
    found = []
    for path in folder.rglob("*"):
        # A server takes away and renames its files whenever it likes.
        with suppress(FileNotFoundError, IsADirectoryError):
            content = path.read_bytes()
            if any(marker.encode() in content for marker in markers):
                found.append(path.name)
    return found


def unsigned(content: bytes) -> bytes:
    """An answer without the ends and signatures of addresses, which change every quarter hour."""
    return re.sub(rb"&expires=[0-9]+&signature=[\w-]+", b"", content)


def pictures_in(folder: Path) -> set[Path]:
    return {path for path in (folder / "screenshots").rglob("*") if path.is_file()}


def test_the_log_holds_no_name_and_no_address_even_before(
    copy: Copy, player: Player, connection: psycopg.Connection[Any]
) -> None:
    played(player)
    found = places_of(connection, name_of(player), player.email)
    assert "log.events" not in found
    assert {"read_models.matches", "accounts.players"} <= found  # the search does find
    folder = DataFolder(copy.folder)
    secrets = (player.email, PASSWORD, *player.tokens.values())
    assert files_with(folder.nats, *secrets) == []
    assert files_with(folder.logs, name_of(player), *secrets) == []


def test_an_erased_player_leaves_no_name_address_row_or_picture(
    copy: Copy, player: Player, connection: psycopg.Connection[Any]
) -> None:
    shown = player.get(played(player))
    pictures = pictures_in(copy.folder)
    assert erase(player).status_code == 204
    for address in (shown["screenshot"], shown["thumbnail"]):
        assert copy.ask("GET", address).status_code == 404
    assert places_of(connection, name_of(player), player.email, player.email.split("@")[0]) == set()
    rows = connection.execute(
        "SELECT count(*) FROM read_models.matches WHERE owner_id = %(id)s", {"id": player.id}
    ).fetchone()
    assert rows == (0,)
    assert len(pictures - pictures_in(copy.folder)) >= 1
    assert files_with(copy.folder / "mail", player.email) == []


def test_an_erased_player_is_signed_out_everywhere_and_cannot_sign_in(
    copy: Copy, player: Player
) -> None:
    credentials = {"email": player.email, "password": PASSWORD}
    assert erase(player).status_code == 204
    assert player.http.get("/api/auth/me/").status_code == 401
    refreshed = player.http.post(
        "/api/auth/token/refresh/", json={"refresh": player.tokens["refresh"]}
    )
    assert refreshed.status_code == 401
    refused = player.http.post("/api/auth/login/", json=credentials)
    assert refused.status_code == 401
    again = player.http.post("/api/auth/register/", json=credentials)
    assert (again.status_code, again.json()["id"] != player.id) == (201, True)


def test_others_keep_every_byte(player: Player, stranger: Player) -> None:
    path = played(stranger, seed=62)
    played(player)
    paths = (path, f"{path}history/", f"{path}screenshot/", "/api/stats/summary/", "/api/matches/")
    before = [unsigned(stranger.http.get(each).content) for each in paths]
    assert erase(player).status_code == 204
    assert [unsigned(stranger.http.get(each).content) for each in paths] == before


def test_an_account_is_not_erased_without_its_password(player: Player) -> None:
    path = played(player)
    for body, status in (
        ({"password": "not the password"}, 400),
        ({}, 400),
        ({**ERASE, "sure": True}, 400),
    ):
        assert erase(player, body).status_code == status
    assert player.get(path)["opponent_name"] == f"{name_of(player)} II"
