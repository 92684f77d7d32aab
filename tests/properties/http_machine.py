"""Players over HTTP in any order: sessions and matches, against the model after every request."""

import itertools
import json
import secrets
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

import httpx
import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, precondition, rule

from tests.contract.answers import assert_refused
from tests.journeys.copies import Copy
from tests.properties import sayings
from tests.properties.comparing import equal
from tests.properties.http_deeds import HttpDeeds, credentials, form_of
from tests.properties.sessions import Account, Session
from tests.properties.summing import listed, summary

MOST_MATCHES: Final = 3
MOST_SESSIONS: Final = 4
numbers = itertools.count()


class HttpMachine(HttpDeeds, RuleBasedStateMachine):
    """Two players, who also try each other's matches, and what a frontend asks for them."""

    sessions = Bundle("sessions")
    matches = Bundle("matches")

    def __init__(self, copy: Copy, picture: bytes) -> None:
        RuleBasedStateMachine.__init__(self)
        HttpDeeds.__init__(self, copy, picture)
        self.accounts: list[Account] = []
        self.uploads: dict[UUID, tuple[Session, dict[str, str], str, httpx.Response]] = {}

    def teardown(self) -> None:
        for account in self.accounts:
            session = next((s for s in self.begun if s.player is account and not s.is_over), None)
            self.look(session or self.signed_in(account))
        self.http.close()

    @initialize(target=sessions, both=st.just(2))
    def begin(self, both: int) -> Session:
        for _ in range(both):
            email = f"Chance{next(numbers)}.{secrets.token_hex(4)}@example.com"
            registered = self.ask("POST", "auth/register/", json=credentials(email))
            assert registered.status_code == 201
            self.accounts.append(Account(email, registered.json()))
        return self.signed_in(self.accounts[0])

    @precondition(lambda self: len(self.begun) < MOST_SESSIONS)
    @rule(target=sessions, which=st.integers(0, 1))
    def sign_in(self, which: int) -> Session:
        return self.signed_in(self.accounts[which])

    @rule(which=st.integers(0, 1))
    def knock(self, which: int) -> None:
        """A taken address is refused, whatever its case, and so is a wrong password."""
        email = self.accounts[which].email.upper()
        assert_refused(self.ask("POST", "auth/register/", json=credentials(email)), 409)
        wrong = {"email": email, "password": "three blue corner flags"}
        assert_refused(self.ask("POST", "auth/login/", json=wrong), 401)

    @rule(session=sessions, age=st.integers(0, 2))
    def refresh(self, session: Session, age: int) -> None:
        token = session.tokens[max(len(session.tokens) - 1 - age, 0)]
        expected = session.refreshed(token)
        answer = self.ask("POST", "auth/token/refresh/", json={"refresh": token})
        if expected is None:
            assert_refused(answer, 401)
            self.is_over_for_all(session)
            return
        assert answer.status_code == 200, answer.text
        if expected == "new":
            assert answer.json()["refresh"] not in session.tokens
            session.tokens.append(answer.json()["refresh"])
        assert answer.json()["refresh"] == session.tokens[-1]
        session.access = answer.json()["access"]

    @rule(session=sessions, other=sessions)
    def sign_out(self, session: Session, other: Session) -> None:
        """A session ends another of its player, or itself; a stranger's token is refused."""
        answer = self.ask("POST", "auth/logout/", session, json={"refresh": other.tokens[0]})
        if session.is_over:
            assert_refused(answer, 401)
        elif session.player is not other.player:
            assert_refused(answer, 400)
        else:
            assert answer.status_code == 204
            other.is_over = True
            self.is_over_for_all(other)

    @precondition(lambda self: len(self.model.matches) < MOST_MATCHES)
    @rule(
        target=matches,
        which=st.integers(0, 1),
        details=sayings.upload_details,
        said=st.none() | sayings.sent_along,
    )
    def upload(self, which: int, details: Any, said: Any) -> UUID:
        session = self.session_of(self.accounts[which])
        form, key = form_of(details, said), f"key {next(numbers)}"
        answer = self.send_upload(session, form, key)
        assert answer.status_code in (201, 202), answer.text
        match_id = UUID(answer.json()["id"])
        created_at = msgspec.convert(answer.json()["created_at"], datetime)
        known = {"owner": UUID(session.player.id), "created_at": created_at, "own_names": []}
        self.model.upload(match_id, {**details, **known}, said)
        self.uploads[match_id] = (session, form, key, answer)
        self.until_read(session, match_id, asked=1)
        return match_id

    @rule(match_id=matches)
    def upload_again(self, match_id: UUID) -> None:
        """Under one key there is one upload and one answer, and no other upload."""
        session, form, key, first = self.uploads[match_id]
        session = self.session_of(session.player)
        again = self.send_upload(session, form, key)
        assert (again.status_code, again.content) == (first.status_code, first.content)
        other = self.send_upload(session, {**form, "opponent_name": "Somebody else"}, key)
        assert_refused(other, 422)

    @rule(
        session=sessions, match_id=matches, said=sayings.puts | sayings.patches, stale=sayings.stale
    )
    def confirm(self, session: Session, match_id: UUID, said: Any, stale: int | None) -> None:
        is_whole = {"score_user", "score_opponent"} <= said.keys()
        method = "PUT" if is_whole and "opponent_name" in said else "PATCH"
        body = {
            **said,
            **({"stats": sayings.pairs(said["stats"])} if "stats" in said else {}),
            **({"played_at": said["played_at"].isoformat()} if said.get("played_at") else {}),
        }
        path = f"matches/{match_id}/"
        answer = self.change(
            session,
            match_id,
            stale,
            (method, path),
            lambda: self.model.confirm(match_id, said),
            body,
        )
        if answer.status_code == 200:
            equal(answer.content, self.model.matches[match_id])

    @rule(session=sessions, match_id=matches)
    def put_without_score(self, session: Session, match_id: UUID) -> None:
        """What cannot be used is told to those alone whom the match is there for."""
        for body in (b'{"score_user": 1}', b"no JSON"):
            is_json = {"Content-Type": "application/json"}
            answer = self.ask("PUT", f"matches/{match_id}/", session, is_json, content=body)
            assert_refused(answer, self.hurdle(session, match_id) or 400)

    @rule(session=sessions, match_id=matches, stale=sayings.stale)
    def delete(self, session: Session, match_id: UUID, stale: int | None) -> None:
        ask = ("DELETE", f"matches/{match_id}/")
        self.change(session, match_id, stale, ask, partial(self.model.delete, match_id))

    @rule(session=sessions, match_id=matches, stale=sayings.stale)
    def restore(self, session: Session, match_id: UUID, stale: int | None) -> None:
        ask = ("POST", f"matches/{match_id}/restore/")
        self.change(session, match_id, stale, ask, partial(self.model.restore, match_id))

    @rule(session=sessions, match_id=matches)
    def read_again(self, session: Session, match_id: UUID) -> None:
        version = self.model.matches[match_id]["version"]
        ask = ("POST", f"matches/{match_id}/extraction/")
        answer = self.change(session, match_id, None, ask, partial(self.model.read_again, match_id))
        if answer.status_code == 202:
            self.until_read(session, match_id, version + 1)

    @rule(session=sessions)
    def look(self, session: Session) -> None:
        """List, matches, histories and summary are what the model says."""
        answer = self.ask("GET", "matches/", session)
        if session.is_over:
            assert_refused(answer, 401)
            return
        player = UUID(session.player.id)
        assert [UUID(match["id"]) for match in answer.json()] == listed(self.model, player)
        for shown in answer.json():
            match = self.model.matches[UUID(shown["id"])]
            equal(json.dumps(shown), match)
            assert self.ask("GET", f"matches/{shown['id']}/", session).json() == shown
            history = self.ask("GET", f"matches/{shown['id']}/history/", session).json()
            events = [f"match.{happened}.v1" for happened in match["history"]]
            assert [entry["event"] for entry in history] == events
        for match_id in self.model.matches:
            if status := self.hurdle(session, match_id):
                assert_refused(self.ask("GET", f"matches/{match_id}/", session), status)
        sums = self.ask("GET", "stats/summary/", session).json()
        assert sums == summary(self.model, player)
