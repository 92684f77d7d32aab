"""Players who use a system while it is being broken, and remember what it confirmed."""

import random
import threading
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx
from msgspec import Struct

from tests.journeys.copies import Copy
from tests.journeys.players import Player

LONGEST_PAUSE = 0.2  # seconds between two doings: pictures are read more slowly than sent
PATIENCE = 300.0  # seconds until a request that is sent again and again must be taken


class Unanswered(Exception):
    """A request that may be repeated was not taken in the end."""


class Code(Struct, frozen=True):
    """A code that a player gave out, for whoever takes it."""

    given_by: str
    match_id: str
    text: str


class Match:
    """What a player knows of one of their matches: what was confirmed, and what may have been."""

    def __init__(self, match_id: str, *versions: int) -> None:
        self.id = match_id
        self.confirmed_versions = set(versions)
        self.is_deleted = False
        self.doubtful = 0


class BusyPlayer(threading.Thread):
    """One player's doings, at random from a seed, until told to stop; at any of the systems.

    `codes` lie where all players find them. `shared` are matches of others that this player said
    are right. `acknowledged` are the ids of commands that were sent under a key until there was an
    answer, and that answer was a success, with their matches.
    """

    def __init__(
        self, systems: Sequence[Copy], pictures: list[bytes], seed: int, codes: list[Code]
    ) -> None:
        super().__init__(daemon=True)
        self.player = Player(systems[0])
        self.matches: list[Match] = []
        self.shared: list[Match] = []
        self.acknowledged: dict[UUID, str] = {}
        self.failure: Exception | None = None
        self._addresses = [system.address for system in systems]
        self._pictures = pictures
        self._codes = codes
        self._random = random.Random(seed)  # noqa: S311  # nothing here is secret
        self._told_to_stop = threading.Event()

    def stop(self) -> None:
        self._told_to_stop.set()

    def run(self) -> None:
        try:
            while not self._told_to_stop.is_set():
                self._do_something()
                self._told_to_stop.wait(self._random.uniform(0, LONGEST_PAUSE))
        except Exception as error:  # noqa: BLE001  # it is shown when all is over
            self.failure = error

    def _do_something(self) -> None:
        which = self._random.random()
        if not self.matches or which < 0.25:
            self._upload()
        elif which < 0.5:
            self._change(self._random.choice(self.matches))
        elif which < 0.7:
            self._ask(self._random.choice(self.matches))
        elif which < 0.85:
            self._answer()
        elif self.shared:
            self._change_shared(self._random.choice(self.shared))

    def _ask(self, match: Match) -> None:
        """Ask whoever takes the code; what is verified, deleted or not confirmed is refused."""
        answer = self._send(f"/api/matches/{match.id}/confirmation/", match.id)
        if answer.status_code == 201:
            self._codes.append(Code(self.player.id, match.id, answer.json()["code"]))

    def _answer(self) -> None:
        """Say of a match of somebody else that it is right or wrong; others may have been first."""
        others = [code for code in self._codes if code.given_by != self.player.id]
        if not others:
            return
        code = self._random.choice(others[-3:])  # most older ones are answered or replaced
        path = f"/api/confirmations/{code.text}/"
        if self._random.random() < 0.3:
            said = {"reason": "No.", "score_user": 1, "score_opponent": self._random.randrange(9)}
            self._send(f"{path}dispute/", code.match_id, said)
            return
        answer = self._send(f"{path}confirm/", code.match_id, {"match_id": None})
        is_known = code.match_id in {match.id for match in self.shared}
        if answer.status_code == 200 and not is_known:
            self.shared.append(Match(code.match_id))

    def _change_shared(self, match: Match) -> None:
        """Correct what is shared, so that its owner is asked, or answer a correction of theirs."""
        if self._random.random() < 0.5:
            self._change(match)
        else:
            self._send(f"/api/matches/{match.id}/confirmation/confirm/", match.id)

    def _send(self, path: str, match_id: str, said: object = None) -> httpx.Response:
        """Send a command about a match under one key until it is answered."""
        key = str(uuid4())
        headers = {"Idempotency-Key": key}
        give_up_at = time.monotonic() + PATIENCE
        while True:
            answer = self._try(lambda: self.player.http.post(path, json=said, headers=headers))
            if answer is not None and answer.status_code != 503:
                break
            if time.monotonic() > give_up_at:
                raise Unanswered(answer.text if answer is not None else "no answer")
        assert answer.status_code in {200, 201, 404, 409}, answer.text
        if answer.status_code in {200, 201}:
            self.acknowledged[uuid5(UUID(self.player.id), key)] = match_id
        return answer

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
        self.matches.append(Match(match["id"], 1))

    def _change(self, match: Match) -> None:
        """A change is tried once: confirmed, refused, or in doubt."""
        path = f"/api/matches/{match.id}/"
        http = self.player.http
        if match.is_deleted:
            answer = self._try(lambda: http.post(f"{path}restore/"))
        elif match in self.matches and self._random.random() < 0.2:
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
