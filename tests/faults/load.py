"""Players who use a system while it is being broken, and remember what it confirmed."""

import random
import threading
import time
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import httpx

from tests.journeys.copies import Copy
from tests.journeys.players import Player

LONGEST_PAUSE = 0.2  # seconds between two doings: pictures are read more slowly than sent
PATIENCE = 300.0  # seconds until a request that is sent again and again must be taken


class Unanswered(Exception):
    """A request that may be repeated was not taken in the end."""


class Match:
    """What a player knows of one of their matches: what was confirmed, and what may have been."""

    def __init__(self, match_id: str, version: int) -> None:
        self.id = match_id
        self.confirmed_versions = {version}
        self.is_deleted = False
        self.doubtful = 0


class BusyPlayer(threading.Thread):
    """One player's doings, at random from a seed, until told to stop; at any of the systems."""

    def __init__(self, systems: Sequence[Copy], pictures: list[bytes], seed: int) -> None:
        super().__init__(daemon=True)
        self.player = Player(systems[0])
        self.matches: list[Match] = []
        self.keys: dict[str, str] = {}
        self.failure: Exception | None = None
        self._addresses = [system.address for system in systems]
        self._pictures = pictures
        self._random = random.Random(seed)  # noqa: S311  # nothing here is secret
        self._told_to_stop = threading.Event()

    def stop(self) -> None:
        self._told_to_stop.set()

    def run(self) -> None:
        try:
            while not self._told_to_stop.is_set():
                if not self.matches or self._random.random() < 0.4:
                    self._upload()
                else:
                    self._change(self._random.choice(self.matches))
                self._told_to_stop.wait(self._random.uniform(0, LONGEST_PAUSE))
        except Exception as error:  # noqa: BLE001  # it is shown when all is over
            self.failure = error

    def _upload(self) -> None:
        """An upload is sent under one key until it is taken."""
        key = str(uuid4())
        texts = {"score_user": "1", "score_opponent": "0"} if self._random.random() < 0.5 else {}
        picture = self._random.choice(self._pictures)
        give_up_at = time.monotonic() + PATIENCE
        headers = {"Idempotency-Key": key, "Prefer": "respond-async"}
        while True:
            answer = self._try(lambda: self.player.upload(picture, headers=headers, **texts))
            if answer is not None and answer.status_code in (201, 202):
                break
            if time.monotonic() > give_up_at:
                raise Unanswered(answer.text if answer is not None else "no answer")
        match = answer.json()
        self.keys[key] = match["id"]
        self.matches.append(Match(match["id"], 1))

    def _change(self, match: Match) -> None:
        """A change is tried once: confirmed, refused, or in doubt."""
        path = f"/api/matches/{match.id}/"
        http = self.player.http
        if match.is_deleted:
            answer = self._try(lambda: http.post(f"{path}restore/"))
        elif self._random.random() < 0.2:
            answer = self._try(lambda: http.delete(path))
        else:
            score = {"score_user": self._random.randrange(9), "score_opponent": 1}
            answer = self._try(lambda: http.put(path, json=score))
        if answer is None or answer.status_code == 503:
            match.doubtful += 1
            match.is_deleted = self._is_deleted(path)
            return
        assert answer.status_code in (200, 204), answer.text
        match.is_deleted = answer.status_code == 204
        if "Event-Position" in answer.headers:
            match.confirmed_versions.add(int(answer.headers["ETag"].strip('"')))

    def _is_deleted(self, path: str) -> bool:
        """What came of a change in doubt, as the history tells."""
        while True:
            answer = self._try(lambda: self.player.http.get(f"{path}history/"))
            if answer is not None and answer.status_code == 200:
                return bool(_state(answer.json())["deleted"])

    def _try(self, call: Any) -> httpx.Response | None:
        self.player.http.base_url = self._random.choice(self._addresses)
        try:
            answer = call()
        except httpx.TransportError:
            self._told_to_stop.wait(0.05)
            return None
        assert answer.status_code < 500 or answer.status_code == 503, answer.text
        return answer  # type: ignore[no-any-return]


def _state(history: list[dict[str, Any]]) -> dict[str, Any]:
    state: dict[str, Any] = {}
    for entry in history:
        state.update({name: change["after"] for name, change in entry["changes"].items()})
    return state
