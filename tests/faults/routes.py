"""Every address of the API, each with a request that a well system answers."""

from collections.abc import Iterator, Mapping
from uuid import uuid4

import httpx
from msgspec import Struct

from tests.journeys.players import PASSWORD, Player


class Call(Struct, frozen=True):
    """A request; `statuses` are what it may be answered with by a system that is well."""

    method: str
    path: str
    statuses: tuple[int, ...] = (200,)
    json: Mapping[str, object] | None = None
    picture: bytes | None = None

    def of(self, http: httpx.Client) -> httpx.Response:
        """Send it."""
        files = {"screenshot": ("match.png", self.picture, "image/png")} if self.picture else None
        data = {"opponent_name": "Yassine"} if self.picture else None
        headers = {"Prefer": "respond-async"}
        return http.request(
            self.method, self.path, json=self.json, files=files, data=data, headers=headers
        )

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def calls(player: Player, match_id: str, picture: bytes) -> Iterator[Call]:
    """One call of each kind, by a player who owns the match; the later ones undo nothing."""
    known = {"email": player.email, "password": PASSWORD}
    fresh = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}
    match = f"/api/matches/{match_id}/"
    score = {"score_user": 2, "score_opponent": 1}
    yield Call("POST", "/api/auth/register/", (201, 409, 503), fresh)
    yield Call("POST", "/api/auth/login/", (200, 503), known)
    yield Call("POST", "/api/auth/token/refresh/", (200,), {"refresh": player.tokens["refresh"]})
    yield Call("POST", "/api/auth/logout/", (400,), {"refresh": "nobody's"})
    yield Call("POST", "/api/auth/password/", (400, 503), {"current": "wrong one", "new": PASSWORD})
    yield Call("GET", "/api/auth/me/")
    yield Call("GET", "/api/auth/sessions/")
    yield Call("DELETE", f"/api/auth/sessions/{uuid4()}/", (404,))
    yield Call("POST", "/api/matches/", (201, 202), picture=picture)
    yield Call("POST", "/api/ocr/extract/", (200, 503), picture=picture)
    yield Call("PUT", match, (200, 409), score)
    yield Call("PATCH", match, (200, 409), score)
    yield Call("GET", "/api/matches/")
    yield Call("GET", match)
    yield Call("GET", f"{match}screenshot/")
    yield Call("GET", f"{match}history/")
    yield Call("GET", "/api/stats/summary/")
    yield Call("GET", "/api/stats/summary/?since=2026-01-01&opponent=Yassine")
    yield Call("GET", "/api/stats/opponents/")
    yield Call("GET", "/api/stats/trends/")
    yield Call("GET", "/api/stats/records/")
    yield Call("POST", f"{match}extraction/", (200, 202, 409))
    yield Call("DELETE", match, (204, 404, 409))
    yield Call("POST", f"{match}restore/", (200, 409))
