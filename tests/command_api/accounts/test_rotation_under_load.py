"""Keys are rotated while two processes serve, and nobody is refused for a moment."""

import subprocess
import sys
import threading
from collections import Counter

import jwt

from tests.command_api.accounts.two_apis import ROOT, Api, Apis
from tests.deploy.processes import wait_for

ROTATIONS = 3
PLAYERS = 4
PAUSE = 0.05  # seconds between two rounds of requests


class BusyPlayer(threading.Thread):
    """Asks both processes in turn, with a token of the other one, until told to stop."""

    def __init__(self, apis: Apis, told_to_stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.statuses: Counter[int] = Counter()
        self.kids: dict[Api, set[str]] = {apis.one: set(), apis.two: set()}
        self._apis = apis
        self._tokens = apis.signed_in(apis.registered())
        self._told_to_stop = told_to_stop

    def run(self) -> None:
        signer, other = self._apis.one, self._apis.two
        while not self._told_to_stop.wait(PAUSE):
            refreshed = signer.post("token/refresh", {"refresh": self._tokens["refresh"]})
            self.statuses[refreshed.status_code] += 1
            if refreshed.status_code == 200:
                self._tokens = refreshed.json()
                self.kids[signer].add(kid_of(self._tokens["access"]))
            for api in (other, signer, other):
                self.statuses[api.status_of_me(self._tokens["access"])] += 1
            signer, other = other, signer


def kid_of(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def published(api: Api) -> set[str]:
    answer = api.ask("GET", "/.well-known/jwks.json")
    return {key["kid"] for key in answer.json()["keys"]}


def keys(apis: Apis, *command: str) -> str:
    """``python -m deploy keys COMMAND...``, as an operator of both processes types it."""
    done = subprocess.run(  # noqa: S603 - the command is ours
        [sys.executable, "-m", "deploy", "keys", *command],
        cwd=ROOT,
        env=apis.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()[0]


def test_keys_rotate_without_a_single_refusal(apis: Apis) -> None:
    told_to_stop = threading.Event()
    players = [BusyPlayer(apis, told_to_stop) for _ in range(PLAYERS)]
    first = kid_of(apis.signed_in(apis.registered())["access"])
    for player in players:
        player.start()
    try:
        for _ in range(ROTATIONS):
            new = keys(apis, "rotate", "--signs-in", "5")
        used = [kids for player in players for kids in player.kids.values()]
        wait_for(lambda: all(new in kids for kids in used))
    finally:
        told_to_stop.set()
        for player in players:
            player.join()
    statuses = sum((player.statuses for player in players), Counter())
    assert set(statuses) == {200}, statuses
    assert statuses[200] > 200
    signed = set().union(*used)
    assert len(signed) == ROTATIONS + 1
    assert {first, new} <= signed == published(apis.one) == published(apis.two)


def test_the_tokens_of_a_key_in_wrong_hands_are_refused_soon(apis: Apis) -> None:
    tokens = apis.signed_in(apis.registered())
    old = kid_of(tokens["access"])
    keys(apis, "rotate", "--signs-in", "5")
    other = apis.signed_in(apis.registered())

    def is_signed_anew() -> bool:
        other.update(apis.two.post("token/refresh", {"refresh": other["refresh"]}).json())
        return kid_of(other["access"]) != old

    wait_for(is_signed_anew)
    for api in (apis.one, apis.two):
        assert api.status_of_me(tokens["access"]) == 200
    keys(apis, "retire", old, "--now")
    for api in (apis.one, apis.two):
        wait_for(lambda api=api: api.status_of_me(tokens["access"]) == 401)  # type: ignore[misc]
        assert old not in published(api)
    # Whoever has the refresh token notices nothing but one more refresh.
    refreshed = apis.one.post("token/refresh", {"refresh": tokens["refresh"]}).json()
    assert apis.two.status_of_me(refreshed["access"]) == 200
