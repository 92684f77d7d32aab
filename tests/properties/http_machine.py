"""Players over HTTP in any order: sessions and matches, against the model after every request."""

import itertools
import json
import secrets
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

import httpx
import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, precondition, rule

from tests.contract.answers import assert_refused
from tests.deploy.processes import wait_for
from tests.journeys.copies import Copy
from tests.journeys.players import PASSWORD
from tests.plain_http import NO_CERTIFICATES
from tests.properties import sayings
from tests.properties.comparing import equal
from tests.properties.model import Model, Refused
from tests.properties.sessions import Account, Session
from tests.properties.summing import listed, summary

STATUS: Final = {"Invalid": 400, "NotFound": 404, "VersionMismatch": 412}
MOST_MATCHES: Final = 3
MOST_SESSIONS: Final = 4
numbers = itertools.count()


class HttpMachine(RuleBasedStateMachine):
    """Two players, who also try each other's matches, and what a frontend asks for them."""

    sessions = Bundle("sessions")
    matches = Bundle("matches")

    def __init__(self, copy: Copy, picture: bytes) -> None:
        super().__init__()
        self.http = httpx.Client(
            base_url=copy.address, trust_env=False, verify=NO_CERTIFICATES, timeout=30
        )
        self.picture = picture
        self.model = Model()
        self.accounts: list[Account] = []
        self.position = 0
        self.begun: list[Session] = []
        self.uploads: dict[UUID, tuple[Session, dict[str, str], str, httpx.Response]] = {}

    def teardown(self) -> None:
        for account in self.accounts:
            session = next((s for s in self.begun if s.player is account and not s.is_over), None)
            self.look(session or self._signed_in(account))
        self.http.close()

    @initialize(target=sessions, both=st.just(2))
    def begin(self, both: int) -> Session:
        for _ in range(both):
            email = f"Chance{next(numbers)}.{secrets.token_hex(4)}@example.com"
            registered = self._ask("POST", "auth/register/", json=_credentials(email))
            assert registered.status_code == 201
            self.accounts.append(Account(email, registered.json()))
        return self._signed_in(self.accounts[0])

    @precondition(lambda self: len(self.begun) < MOST_SESSIONS)
    @rule(target=sessions, which=st.integers(0, 1))
    def sign_in(self, which: int) -> Session:
        return self._signed_in(self.accounts[which])

    @rule(which=st.integers(0, 1))
    def knock(self, which: int) -> None:
        """A taken address is refused, whatever its case, and so is a wrong password."""
        email = self.accounts[which].email.upper()
        assert_refused(self._ask("POST", "auth/register/", json=_credentials(email)), 409)
        wrong = {"email": email, "password": "three blue corner flags"}
        assert_refused(self._ask("POST", "auth/login/", json=wrong), 401)

    @rule(session=sessions, age=st.integers(0, 2))
    def refresh(self, session: Session, age: int) -> None:
        token = session.tokens[max(len(session.tokens) - 1 - age, 0)]
        expected = session.refreshed(token)
        answer = self._ask("POST", "auth/token/refresh/", json={"refresh": token})
        if expected is None:
            assert_refused(answer, 401)
            self._is_over(session)
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
        answer = self._ask("POST", "auth/logout/", session, json={"refresh": other.tokens[0]})
        if session.is_over:
            assert_refused(answer, 401)
        elif session.player is not other.player:
            assert_refused(answer, 400)
        else:
            assert answer.status_code == 204
            other.is_over = True
            self._is_over(other)

    @precondition(lambda self: len(self.model.matches) < MOST_MATCHES)
    @rule(
        target=matches,
        which=st.integers(0, 1),
        details=sayings.upload_details,
        said=st.none() | sayings.sent_along,
    )
    def upload(self, which: int, details: Any, said: Any) -> UUID:
        session = self._session_of(self.accounts[which])
        form, key = _form(details, said), f"key {next(numbers)}"
        answer = self._upload(session, form, key)
        assert answer.status_code in (201, 202), answer.text
        match_id = UUID(answer.json()["id"])
        created_at = msgspec.convert(answer.json()["created_at"], datetime)
        known = {"owner": UUID(session.player.id), "created_at": created_at, "own_names": []}
        self.model.upload(match_id, {**details, **known}, said)
        self.uploads[match_id] = (session, form, key, answer)
        self._until_read(session, match_id, asked=1)
        return match_id

    @rule(match_id=matches)
    def upload_again(self, match_id: UUID) -> None:
        """Under one key there is one upload and one answer, and no other upload."""
        session, form, key, first = self.uploads[match_id]
        session = self._session_of(session.player)
        again = self._upload(session, form, key)
        assert (again.status_code, again.content) == (first.status_code, first.content)
        other = self._upload(session, {**form, "opponent_name": "Somebody else"}, key)
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
        answer = self._change(
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
            answer = self._ask("PUT", f"matches/{match_id}/", session, is_json, content=body)
            assert_refused(answer, self._hurdle(session, match_id) or 400)

    @rule(session=sessions, match_id=matches, stale=sayings.stale)
    def delete(self, session: Session, match_id: UUID, stale: int | None) -> None:
        ask = ("DELETE", f"matches/{match_id}/")
        self._change(session, match_id, stale, ask, partial(self.model.delete, match_id))

    @rule(session=sessions, match_id=matches, stale=sayings.stale)
    def restore(self, session: Session, match_id: UUID, stale: int | None) -> None:
        ask = ("POST", f"matches/{match_id}/restore/")
        self._change(session, match_id, stale, ask, partial(self.model.restore, match_id))

    @rule(session=sessions, match_id=matches)
    def read_again(self, session: Session, match_id: UUID) -> None:
        version = self.model.matches[match_id]["version"]
        ask = ("POST", f"matches/{match_id}/extraction/")
        answer = self._change(
            session, match_id, None, ask, partial(self.model.read_again, match_id)
        )
        if answer.status_code == 202:
            self._until_read(session, match_id, version + 1)

    @rule(session=sessions)
    def look(self, session: Session) -> None:
        """List, matches, histories and summary are what the model says."""
        answer = self._ask("GET", "matches/", session)
        if session.is_over:
            assert_refused(answer, 401)
            return
        player = UUID(session.player.id)
        assert [UUID(match["id"]) for match in answer.json()] == listed(self.model, player)
        for shown in answer.json():
            match = self.model.matches[UUID(shown["id"])]
            equal(json.dumps(shown), match)
            assert self._ask("GET", f"matches/{shown['id']}/", session).json() == shown
            history = self._ask("GET", f"matches/{shown['id']}/history/", session).json()
            events = [f"match.{happened}.v1" for happened in match["history"]]
            assert [entry["event"] for entry in history] == events
        for match_id in self.model.matches:
            if status := self._hurdle(session, match_id):
                assert_refused(self._ask("GET", f"matches/{match_id}/", session), status)
        sums = self._ask("GET", "stats/summary/", session).json()
        assert sums == summary(self.model, player)

    def _change(
        self,
        session: Session,
        match_id: UUID,
        stale: int | None,
        ask: tuple[str, str],
        on_model: Callable[[], None],
        body: Any = None,
    ) -> httpx.Response:
        """Ask for a change; it is done, or refused, as on the model."""
        match = self.model.matches[match_id]
        is_gone = match["deleted"] and not ask[1].endswith("restore/")
        version = None if stale is None else match["version"] - stale
        expected = self._hurdle(session, match_id, is_hidden=is_gone)
        if not expected and version not in (None, match["version"]):
            expected = 412
        if not expected:
            try:
                on_model()
            except Refused as refused:
                expected = STATUS[str(refused)]
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        answer = self._ask(*ask, session, json=body, headers=headers)
        if expected:
            assert_refused(answer, expected)
        else:
            assert answer.status_code in (200, 202, 204), answer.text
            assert answer.headers["ETag"] == f'"{match["version"]}"'
        return answer

    def _hurdle(
        self, session: Session, match_id: UUID, *, is_hidden: bool | None = None
    ) -> int | None:
        """The refusal before anything is looked at: 401 comes before 404, 404 before all others."""
        match = self.model.matches[match_id]
        if session.is_over:
            return 401
        is_hidden = match["deleted"] if is_hidden is None else is_hidden
        return 404 if is_hidden or match["owner"] != UUID(session.player.id) else None

    def _until_read(self, session: Session, match_id: UUID, asked: int) -> None:
        """The picture is noise: wait until that is recorded and shown."""

        def is_read() -> bool:
            shown = self._ask("GET", f"matches/{match_id}/", session).json()
            return shown["failure"] is not None and shown["version"] == after

        after = self.model.matches[match_id]["version"] + 1
        if self.model.matches[match_id]["asked"] != asked:
            return
        wait_for(is_read)
        failure = self._ask("GET", f"matches/{match_id}/", session).json()["failure"]
        self.model.answer(match_id, asked, None, failure)

    def _is_over(self, session: Session) -> None:
        """Within a second nobody takes its access token any more."""
        session.is_over = True
        wait_for(lambda: self._ask("GET", "auth/me/", session).status_code == 401)

    def _session_of(self, account: Account) -> Session:
        """A session of the player that is not over."""
        running = (s for s in self.begun if s.player is account and not s.is_over)
        return next(running, None) or self._signed_in(account)

    def _signed_in(self, account: Account) -> Session:
        answer = self._ask("POST", "auth/login/", json=_credentials(account.email.lower()))
        assert answer.status_code == 200, answer.text
        session = Session(account, answer.json())
        self.begun.append(session)
        assert self._ask("GET", "auth/me/", session).json()["id"] == account.id
        return session

    def _upload(self, session: Session, form: dict[str, str], key: str) -> httpx.Response:
        files = {"screenshot": ("match.png", self.picture, "image/png")}
        headers = {"Idempotency-Key": key}
        return self._ask("POST", "matches/", session, data=form, files=files, headers=headers)

    def _ask(
        self,
        method: str,
        path: str,
        session: Session | None = None,
        headers: dict[str, str] | None = None,
        **content: Any,
    ) -> httpx.Response:
        """Ask, and again where the answer admits to be older than what was done before."""
        headers = {**(headers or {})}
        if session:
            headers["Authorization"] = f"Bearer {session.access}"
        if method == "GET":
            headers["Event-Position"] = str(self.position)
        while True:
            answer = self.http.request(method, f"/api/{path}", headers=headers, **content)
            assert answer.status_code < 500, answer.text
            if method != "GET" or "Event-Position-Reached" not in answer.headers:
                break
        self.position = max(self.position, int(answer.headers.get("Event-Position", 0)))
        return answer


def _credentials(email: str) -> dict[str, str]:
    return {"email": email, "password": PASSWORD}


def _form(details: Any, said: Any) -> dict[str, str]:
    said = said or {}
    texts = {
        **{key: str(value) for key, value in said.items() if key != "stats"},
        "opponent_name": details["opponent_name"],
        "side": details["side"] or "",
        "played_at": details["played_at"].isoformat() if details["played_at"] else "",
    }
    if "stats" in said:
        texts["stats"] = json.dumps(sayings.pairs(said["stats"]))
    return texts
