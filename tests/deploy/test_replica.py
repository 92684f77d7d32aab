"""Queries from a read replica: they wait for it, and `/readyz` tells when it is too far behind."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import Struct

from deploy.nats import Nats
from events.owner_keys import OwnerKeys
from events.parts import Word
from projections.catalogue import MATCHES, with_keys
from projections.follower import LiveFollower
from query_api.health import behind
from tests.command_api.accounts.two_apis import PASSWORD, Api, running
from tests.contract.forms import CONTENT_TYPE, upload
from tests.deploy.processes import wait_for
from tests.deploy.replicas import Replicated, replicated
from tests.journeys.pictures import drawn

KEY = bytes(range(32))
PICTURE, _ = drawn(seed=51)
SAY = """
INSERT INTO log.parts (part, said_at) VALUES ('relay', clock_timestamp() - interval '%s')
ON CONFLICT (part) DO UPDATE SET said_at = EXCLUDED.said_at
"""


class Served(Struct, frozen=True):
    """An API whose queries are answered from the replica."""

    api: Api
    servers: Replicated
    headers: dict[str, str]

    def confirm(self) -> str:
        """Send a match in; gives its position."""
        answer = self.api.http.post(
            "/api/matches/",
            content=upload(PICTURE),
            headers={**self.headers, "Content-Type": CONTENT_TYPE, "Prefer": "respond-async"},
        )
        assert answer.status_code == 201, answer.text
        return str(answer.headers["Event-Position"])

    def listed(self, position: str) -> tuple[int, bool]:
        """How many matches a query shows, and whether it shows the position."""
        headers = {**self.headers, "Event-Position": position}
        answer = self.api.http.get("/api/matches/", headers=headers)
        assert answer.status_code == 200, answer.text
        return len(answer.json()), "Event-Position-Reached" not in answer.headers

    def part(self) -> str:
        return str(self.api.http.get("/readyz").json()["parts"]["replica"])


@pytest.fixture(scope="module")
def served(
    folder: Path, nats_server: Nats, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("replicated")
    (data / "keys").mkdir()
    (data / "keys" / "sealing.key").write_bytes(KEY)
    where = folder / "replicated"
    where.mkdir(mode=0o777)
    where.chmod(0o777)
    with replicated(where) as servers:
        environment = {
            "TRACKER_DATA": str(data),
            "TRACKER_DATABASE": servers.primary,
            "TRACKER_QUERY_DATABASE": servers.replica,
            "TRACKER_NATS": nats_server.url,
        }
        keys = OwnerKeys(servers.primary, KEY)
        follower = LiveFollower(servers.primary, with_keys(MATCHES, keys))
        thread = threading.Thread(target=follower.run)
        thread.start()
        api = Api(data / "api.log", environment)
        try:
            with running(api):
                who = {"email": "player@example.com", "password": PASSWORD}
                assert api.post("register", who).status_code == 201
                access = api.post("login", who).json()["access"]
                yield Served(api, servers, {"Authorization": f"Bearer {access}"})
        finally:
            follower.stop()
            thread.join()
            keys.close()


def test_a_query_waits_for_the_replica(served: Served) -> None:
    first = served.confirm()
    before, is_shown = served.listed(first)
    assert is_shown
    served.servers.pause()
    try:
        second = served.confirm()
        assert served.listed(second) == (before, False)
    finally:
        served.servers.go_on()
    assert served.listed(second) == (before + 1, True)


def test_a_history_comes_from_the_replica_with_its_names(served: Served) -> None:
    served.listed(served.confirm())
    match = served.api.http.get("/api/matches/", headers=served.headers).json()[0]
    past = served.api.http.get(
        f"/api/matches/{match['id']}/history/?version=1", headers=served.headers
    ).json()
    assert past["opponent_name"] == match["opponent_name"] != ""


def test_a_replica_that_is_too_far_behind_is_told(served: Served) -> None:
    served.servers.on_primary(SAY % "1 hour")
    served.servers.until_replayed()
    assert served.part() == "ok"
    served.servers.pause()
    try:
        served.servers.on_primary(SAY % "0")
        assert served.part().startswith("The read replica is 3600 s behind")
    finally:
        served.servers.go_on()
    wait_for(lambda: served.part() == "ok")


def test_a_replica_may_be_seconds_late_and_no_more() -> None:
    def word(seconds: float) -> list[Word]:
        return [
            Word("relay", None, timedelta(hours=9)),
            Word("ocr", None, timedelta(seconds=seconds)),
        ]

    assert behind(word(0), word(5)) is None
    assert behind(word(60), word(61)) is None  # the parts themselves fell silent
    assert behind(word(0), word(7)) == "The read replica is 7 s behind."
    assert behind(word(1), []) is None
