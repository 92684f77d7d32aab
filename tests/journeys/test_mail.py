"""What goes by mail, over HTTP, in a copy that writes its mails into a folder."""

import itertools

import httpx
import pytest

from tests.contract.answers import assert_refused
from tests.deploy.processes import wait_for
from tests.journeys.copies import Copy, running_copy
from tests.journeys.mails import mailed_token, mails_to
from tests.journeys.players import PASSWORD, Player

NEW_PASSWORD = "four red cards"


def say(copy: Copy, call: str, **body: str) -> httpx.Response:
    return copy.ask("POST", f"/api/auth/{call}/", json=body)


def test_a_new_player_follows_the_link_and_is_verified(copy: Copy, player: Player) -> None:
    assert player.get("/api/auth/me/")["email_verified"] is False
    token = mailed_token(copy, player.email, "verification")
    [mail] = mails_to(copy, player.email, "verification")
    assert f"{copy.address}/verify?token={token}" in mail.get_content()
    assert say(copy, "verify", token=token).status_code == 204
    assert player.get("/api/auth/me/")["email_verified"] is True
    again = say(copy, "verify", token=token)
    assert_refused(again, 400)
    assert again.json() == say(copy, "verify", token="unknown").json()


def test_the_mail_is_sent_again_on_request_and_replaces_the_first(
    copy: Copy, player: Player
) -> None:
    first = mailed_token(copy, player.email, "verification")
    assert player.http.post("/api/auth/verify/request/").status_code == 202
    second = mailed_token(copy, player.email, "verification", number=2)
    assert_refused(say(copy, "verify", token=first), 400)
    assert say(copy, "verify", token=second).status_code == 204


def test_a_forgotten_password_is_replaced_and_old_sessions_are_over(
    copy: Copy, player: Player
) -> None:
    answer = say(copy, "password/forgot", email=player.email)
    unknown = say(copy, "password/forgot", email="nobody@example.com")
    assert (answer.status_code, answer.content) == (unknown.status_code, unknown.content)
    assert (answer.status_code, answer.headers.keys()) == (202, unknown.headers.keys())
    token = mailed_token(copy, player.email, "password_reset")
    short = say(copy, "password/reset", token=token, password="short")
    assert_refused(short, 400)
    assert short.json()["fields"].keys() == {"password"}
    assert say(copy, "password/reset", token=token, password=NEW_PASSWORD).status_code == 204
    wait_for(lambda: player.http.get("/api/auth/me/").status_code == 401)
    refresh = say(copy, "token/refresh", refresh=player.tokens["refresh"])
    assert_refused(refresh, 401)
    assert_refused(say(copy, "login", email=player.email, password=PASSWORD), 401)
    assert say(copy, "login", email=player.email, password=NEW_PASSWORD).status_code == 200
    assert_refused(say(copy, "password/reset", token=token, password=NEW_PASSWORD), 400)


def test_the_logs_of_a_copy_name_no_player_and_no_token(copy: Copy, player: Player) -> None:
    say(copy, "password/forgot", email=player.email)
    token = mailed_token(copy, player.email, "password_reset")
    say(copy, "password/reset", token=token, password=NEW_PASSWORD)
    said = "".join(log.read_text() for log in (copy.folder / "logs").glob("*.log"))
    assert "password_reset, is sent" in said
    for secret in (player.email, token, NEW_PASSWORD):
        assert secret not in said


@pytest.mark.parametrize("call", ["password/forgot", "verify/request"])
def test_nobody_is_told_of_a_mail_by_another_method(copy: Copy, call: str) -> None:
    assert_refused(copy.ask("GET", f"/api/auth/{call}/"), 405)


def test_a_copy_says_where_mails_are_and_lets_in_verified_addresses_alone() -> None:
    with running_copy(TRACKER_REQUIRE_VERIFIED="on") as strict:
        assert strict.process.stdout
        strict.process.stdout.readline()  # between two empty lines stands what to know
        told = "".join(itertools.takewhile(str.strip, strict.process.stdout))
        assert f"{strict.folder / 'mail'}, until TRACKER_SMTP is set" in told
        credentials = {"email": "amina@example.com", "password": PASSWORD}
        assert say(strict, "register", **credentials).status_code == 201
        refused = say(strict, "login", **credentials)
        assert_refused(refused, 403)
        assert "Confirm your e-mail address" in refused.json()["detail"]
        token = mailed_token(strict, credentials["email"], "verification")
        assert say(strict, "verify", token=token).status_code == 204
        assert say(strict, "login", **credentials).status_code == 200
