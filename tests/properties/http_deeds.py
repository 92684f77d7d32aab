"""What players do over HTTP: on a running copy, and on the model."""

import json
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

import httpx

from tests.contract.answers import assert_refused
from tests.deploy.processes import wait_for
from tests.journeys.copies import Copy
from tests.journeys.players import PASSWORD
from tests.plain_http import NO_CERTIFICATES
from tests.properties import sayings
from tests.properties.model import Model, Refused
from tests.properties.sessions import Account, Session

STATUS: Final = {"Invalid": 400, "NotFound": 404, "VersionMismatch": 412}


class HttpDeeds:
    """Players of a copy, and the model that knows what they are answered."""

    def __init__(self, copy: Copy, picture: bytes) -> None:
        self.http = httpx.Client(
            base_url=copy.address, trust_env=False, verify=NO_CERTIFICATES, timeout=30
        )
        self.picture = picture
        self.model = Model()
        self.position = 0
        self.begun: list[Session] = []

    def change(
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
        expected = self.hurdle(session, match_id, is_hidden=is_gone)
        if not expected and version not in (None, match["version"]):
            expected = 412
        if not expected:
            try:
                on_model()
            except Refused as refused:
                expected = STATUS[str(refused)]
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        answer = self.ask(*ask, session, json=body, headers=headers)
        if expected:
            assert_refused(answer, expected)
        else:
            assert answer.status_code in (200, 202, 204), answer.text
            assert answer.headers["ETag"] == f'"{match["version"]}"'
        return answer

    def hurdle(
        self, session: Session, match_id: UUID, *, is_hidden: bool | None = None
    ) -> int | None:
        """The refusal before anything is looked at: 401 comes before 404, 404 before all others."""
        match = self.model.matches[match_id]
        if session.is_over:
            return 401
        is_hidden = match["deleted"] if is_hidden is None else is_hidden
        return 404 if is_hidden or match["owner"] != UUID(session.player.id) else None

    def until_read(self, session: Session, match_id: UUID, asked: int) -> None:
        """The picture is noise: wait until that is recorded and shown."""

        def is_read() -> bool:
            shown = self.ask("GET", f"matches/{match_id}/", session).json()
            return shown["failure"] is not None and shown["version"] == after

        after = self.model.matches[match_id]["version"] + 1
        if self.model.matches[match_id]["asked"] != asked:
            return
        wait_for(is_read)
        failure = self.ask("GET", f"matches/{match_id}/", session).json()["failure"]
        self.model.answer(match_id, asked, None, failure)

    def is_over_for_all(self, session: Session) -> None:
        """Within a second nobody takes its access token any more."""
        session.is_over = True
        wait_for(lambda: self.ask("GET", "auth/me/", session).status_code == 401)

    def session_of(self, account: Account) -> Session:
        """A session of the player that is not over."""
        running = (s for s in self.begun if s.player is account and not s.is_over)
        return next(running, None) or self.signed_in(account)

    def signed_in(self, account: Account) -> Session:
        answer = self.ask("POST", "auth/login/", json=credentials(account.email.lower()))
        assert answer.status_code == 200, answer.text
        session = Session(account, answer.json())
        self.begun.append(session)
        assert self.ask("GET", "auth/me/", session).json()["id"] == account.id
        return session

    def send_upload(self, session: Session, form: dict[str, str], key: str) -> httpx.Response:
        files = {"screenshot": ("match.png", self.picture, "image/png")}
        headers = {"Idempotency-Key": key}
        return self.ask("POST", "matches/", session, data=form, files=files, headers=headers)

    def ask(
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


def credentials(email: str) -> dict[str, str]:
    return {"email": email, "password": PASSWORD}


def form_of(details: Any, said: Any) -> dict[str, str]:
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
