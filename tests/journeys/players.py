"""A player who uses the running system over HTTP, as a frontend does."""

import itertools
import secrets
from collections.abc import Mapping
from time import monotonic
from typing import Any

import httpx

from tests.contract.described import as_described
from tests.journeys.copies import Copy
from tests.plain_http import NO_CERTIFICATES

numbers = itertools.count()
PASSWORD = "three blue goalposts"
REFRESH_AFTER_SECONDS = 300.0


class Player:
    """A registered, signed-in player; no answer may differ from what is published."""

    def __init__(self, copy: Copy) -> None:
        self.email = f"player{next(numbers)}.{secrets.token_hex(4)}@example.com"
        credentials = {"email": self.email, "password": PASSWORD}
        self.http = httpx.Client(
            base_url=copy.address,
            trust_env=False,
            verify=NO_CERTIFICATES,
            timeout=30,
            # Of threads that share a client, one may close what another has just been given.
            limits=httpx.Limits(keepalive_expiry=None),
            event_hooks={"response": [as_described]},
        )
        registered = self.http.post("/api/auth/register/", json=credentials)
        assert registered.status_code == 201, registered.text
        self.id = registered.json()["id"]
        self._take(self.http.post("/api/auth/login/", json=credentials).json())
        self.http.event_hooks["request"] = [self._stay_signed_in]

    def upload(
        self,
        picture: bytes,
        *,
        opponent_name: str = "Yassine",
        headers: Mapping[str, str] | None = None,
        **texts: str,
    ) -> httpx.Response:
        return self.http.post(
            "/api/matches/",
            files={"screenshot": ("match.png", picture, "image/png")},
            data={"opponent_name": opponent_name, **texts},
            headers=headers,
        )

    def _take(self, tokens: dict[str, str]) -> None:
        self.tokens = tokens
        self._taken_at = monotonic()
        self.http.headers["Authorization"] = f"Bearer {tokens['access']}"

    def _stay_signed_in(self, request: httpx.Request) -> None:
        """On a slow machine a session of tests outlives an access token."""
        own = self.http.headers["Authorization"]
        is_old = monotonic() - self._taken_at > REFRESH_AFTER_SECONDS
        if is_old and request.headers.get("Authorization") == own:
            self._taken_at = monotonic()  # the next request is another one of these
            given = {"refresh": self.tokens["refresh"]}
            self._take(self.http.post("/api/auth/token/refresh/", json=given).json())
            request.headers["Authorization"] = self.http.headers["Authorization"]

    def get(self, path: str, **headers: str) -> Any:
        answer = self.http.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()
