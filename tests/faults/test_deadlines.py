"""Who minds deadlines is killed at any moment: one reminder and one mail, and one end."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from command_api.mails import asking
from events.recorder import APPENDED_CHANNEL
from tests.deploy.processes import start, wait_for
from tests.faults.killing import kill, process_of
from tests.faults.servers import nats_address, postgres_of
from tests.journeys.copies import Copy
from tests.journeys.mails import mailed_token, mails_to
from tests.journeys.pictures import noise
from tests.journeys.players import Player

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="looks at processes as Linux shows them"
)

MATCHES = 3
PATIENCE = 20.0  # seconds; only a broken system needs them
REMINDED = "match.confirmation_reminded.v1"
# What a session asked last that waits for its turn to lead.
STANDING_BY = b"""
    SELECT FROM pg_stat_activity
    WHERE state = 'idle' AND query LIKE '%pg_try_advisory_lock%' AND pid <> pg_backend_pid()
    """
EXPIRED = "match.confirmation_expired.v1"


@pytest.fixture
def owner(system: Copy) -> Iterator[Player]:
    """A player who may be written to."""
    player = Player(system)
    token = mailed_token(system, player.email, "verification")
    assert player.http.post("/api/auth/verify/", json={"token": token}).status_code == 204
    yield player
    player.http.close()


@pytest.fixture
def paths(owner: Player) -> list[str]:
    """Matches whose opponent was asked."""
    found = []
    for _ in range(MATCHES):
        uploaded = owner.upload(noise(), score_user="4", score_opponent="2")
        found.append(str(uploaded.headers["Location"]))
        assert owner.http.post(f"{found[-1]}confirmation/").status_code == 201
    return found


@contextmanager
def database_of(system: Copy) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(postgres_of(system).conninfo(), autocommit=True) as conn:
        for channel in (APPENDED_CHANNEL, asking.CHANNEL):
            conn.execute(f"LISTEN {channel}".encode())
        yield conn


def let_pass(conn: psycopg.Connection[tuple[object, ...]], paths: list[str], column: str) -> None:
    """Move a deadline of the matches into the past."""
    ids = [path.split("/")[-2] for path in paths]
    moved = f"""
        UPDATE log.confirmation_deadlines SET {column} = now() - interval '1 minute'
        WHERE match_id = ANY(%(ids)s::uuid[])
        """  # noqa: S608  # the columns are ours
    wait_for(lambda: conn.execute(moved.encode(), {"ids": ids}).rowcount == len(ids))


def heard(conn: psycopg.Connection[tuple[object, ...]], channel: str) -> bool:
    """Wait for a notification on a channel."""
    notifies = conn.notifies(timeout=PATIENCE)
    return any(notify.channel == channel for notify in notifies)


def kinds(player: Player, path: str) -> Counter[str]:
    return Counter(entry["event"] for entry in player.get(f"{path}history/"))


def all_reminded_once(system: Copy, owner: Player, paths: list[str]) -> None:
    """Wait for the mails; there is one for each match, and one event."""
    wait_for(lambda: len(mails_to(system, owner.email, "confirmation_reminder")) >= len(paths))
    with database_of(system) as conn:
        waiting = b"SELECT FROM log.confirmation_deadlines WHERE due_at <= now()"
        wait_for(lambda: conn.execute(waiting).rowcount == 0)
        sent = b"""
            SELECT count(*), count(*) FILTER (WHERE state = 'sent') FROM accounts.mails
            WHERE player_id = %(id)s AND kind = 'confirmation_reminder'
            """
        # A letter is there before it is marked, and one whose sender died is sent once more.
        every = (len(paths), len(paths))
        wait_for(lambda: conn.execute(sent, {"id": owner.id}).fetchone() == every)
    assert len(mails_to(system, owner.email, "confirmation_reminder")) == len(paths)
    assert [kinds(owner, path)[REMINDED] for path in paths] == [1] * len(paths)


@pytest.mark.parametrize("moment", ["before the event", "after the event", "before the mail"])
def test_whoever_is_killed_while_reminding_reminds_once(
    system: Copy, owner: Player, paths: list[str], moment: str
) -> None:
    with database_of(system) as conn:
        let_pass(conn, paths, "remind_at")
        if moment != "before the event":
            channel = asking.CHANNEL if moment == "before the mail" else APPENDED_CHANNEL
            assert heard(conn, channel)
        assert kill(system, "followers")
    all_reminded_once(system, owner, paths)


def test_whoever_is_killed_while_ending_requests_ends_each_once(
    system: Copy, owner: Player, paths: list[str]
) -> None:
    with database_of(system) as conn:
        let_pass(conn, paths, "expires_at")
        assert heard(conn, APPENDED_CHANNEL)
        assert kill(system, "followers")
    for path in paths:
        wait_for(lambda p=path: EXPIRED in kinds(owner, p))  # type: ignore[misc]
        assert kinds(owner, path)[EXPIRED] == 1
        assert owner.http.post(f"{path}confirmation/").status_code == 201
        assert kinds(owner, path)["match.confirmation_requested.v1"] == 2
    assert mails_to(system, owner.email, "confirmation_reminder") == []


def test_of_two_who_mind_deadlines_one_reminds_also_when_the_other_is_killed(
    system: Copy, owner: Player, paths: list[str]
) -> None:
    settings = {
        "TRACKER_DATA": str(system.folder),
        "TRACKER_DATABASE": postgres_of(system).conninfo(),
        "TRACKER_NATS": nats_address(system),
    }
    second = start("deploy", "followers", environment=settings)
    try:
        with database_of(system) as conn:
            wait_for(lambda: conn.execute(STANDING_BY).rowcount > 0)
            let_pass(conn, paths, "remind_at")
            assert heard(conn, APPENDED_CHANNEL)
            assert kill(system, "followers")
        all_reminded_once(system, owner, paths)
        wait_for(lambda: process_of(system, "followers") is not None)
    finally:
        second.kill()
        second.communicate()
