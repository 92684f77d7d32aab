"""A player who uses the running system over HTTP, as a frontend does."""

import itertools
import secrets
from collections.abc import Mapping
from typing import Any

import httpx

from tests.contract.described import as_described
from tests.journeys.copies import Copy

numbers = itertools.count()
PASSWORD = "three blue goalposts"


class Player:
    """A registered, signed-in player; no answer may differ from what is published."""

    def __init__(self, copy: Copy) -> None:
        self.email = f"player{next(numbers)}.{secrets.token_hex(4)}@example.com"
        credentials = {"email": self.email, "password": PASSWORD}
        self.http = httpx.Client(
            base_url=copy.address,
            trust_env=False,
            timeout=30,
            event_hooks={"response": [as_described]},
        )
        registered = self.http.post("/api/auth/register/", json=credentials)
        assert registered.status_code == 201, registered.text
        self.id = registered.json()["id"]
        self.tokens = self.http.post("/api/auth/login/", json=credentials).json()
        self.http.headers["Authorization"] = f"Bearer {self.tokens['access']}"

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

    def get(self, path: str, **headers: str) -> Any:
        answer = self.http.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()
