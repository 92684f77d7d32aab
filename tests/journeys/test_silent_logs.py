"""What nobody may read in the logs of a running copy: passwords, tokens, addresses."""

import secrets
from pathlib import Path

from tests.journeys.copies import Copy
from tests.journeys.players import PASSWORD, Player


def written(folder: Path) -> str:
    """All that the processes of a copy have written."""
    return "".join(log.read_text(errors="replace") for log in (folder / "logs").glob("*.log*"))


def test_no_log_line_holds_a_password_a_token_or_an_address(copy: Copy, player: Player) -> None:
    marker = secrets.token_hex(8)
    password = f"{marker} is the password"
    address = f"{marker}@example.com"
    who = {"email": address, "password": password}
    http = player.http
    assert http.post("/api/auth/register/", json=who).status_code == 201
    assert http.post("/api/auth/register/", json=who).status_code == 409
    pair = http.post("/api/auth/login/", json=who).json()
    statuses = [
        http.post("/api/auth/login/", json={**who, "password": f"{marker}\nwrong"}).status_code,
        http.post("/api/auth/login/", json={**who, "email": f"{marker}\0"}).status_code,
        http.post("/api/auth/login/", content=f'{{"email": "{marker}'.encode()).status_code,
        http.post("/api/auth/login/", json={**who, marker: marker}).status_code,
        http.post(f"/api/auth/login/?password={marker}", json=who).status_code,
    ]
    assert statuses == [401, 401, 415, 400, 400]
    second = http.post("/api/auth/token/refresh/", json={"refresh": pair["refresh"]}).json()
    third = http.post("/api/auth/token/refresh/", json={"refresh": second["refresh"]}).json()
    tokens = [*pair.values(), *second.values(), *third.values()]
    mine = {"Authorization": f"Bearer {third['access']}"}
    change = {"current": f"{marker} is not it", "new": f"{password}, changed"}
    assert http.post("/api/auth/password/", json=change, headers=mine).status_code == 400
    change["current"] = password
    assert http.post("/api/auth/password/", json=change, headers=mine).status_code == 204
    for place in (
        f"/api/matches/{third['access']}/",
        f"/{third['access']}",
        f"/{marker}%0A{marker}",
    ):
        assert http.get(place, headers=mine).status_code == 404
    hearsay = {"X-Request-Id": f"{marker}\tx", "User-Agent": marker, "X-Forwarded-For": marker}
    assert http.get("/api/auth/me/", headers={**mine, **hearsay}).status_code == 200
    bad = {"Authorization": f"Bearer {third['access']}{marker}"}
    assert http.get("/api/auth/me/", headers=bad).status_code == 401
    reused = http.post("/api/auth/token/refresh/", json={"refresh": pair["refresh"]})
    assert reused.status_code == 401

    logs = written(copy.folder)
    for kind in ("registration_refused", "login_failed", "password_changed", "token_reused"):
        assert f"accounts.audit: {kind} player=" in logs  # or nothing is proved
    for secret in (marker, PASSWORD, player.email, *tokens):
        assert secret not in logs
        assert all(part not in logs for part in secret.split(".") if len(part) > 30)


def test_every_process_writes_a_log(copy: Copy) -> None:
    names = {log.stem for log in (copy.folder / "logs").glob("*.log")}
    assert {"api", "followers", "ocr", "postgres", "nats"} <= names
