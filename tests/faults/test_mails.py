"""Processes are killed while mail leaves: it arrives, and at most once more as the same mail."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from deploy.data_folder import DataFolder
from deploy.postgres import Postgres
from tests.deploy.processes import wait_for
from tests.faults.killing import kill
from tests.journeys.copies import Copy, running_copy
from tests.journeys.players import Player
from tests.mail_servers import Behaviour, MailServer, serving

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="looks at processes as Linux shows them"
)


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with serving(MailServer()) as server:
        yield server


@pytest.fixture(scope="module")
def system(server: MailServer) -> Iterator[Copy]:
    """A copy that sends its mails to the server."""
    with running_copy(
        TRACKER_RATE_LIMITS="off",
        TRACKER_SMTP=f"smtp://127.0.0.1:{server.port}",
        TRACKER_MAIL_FROM="tracker@example.com",
    ) as system:
        yield system


def states(system: Copy) -> list[str]:
    database = Postgres(DataFolder(system.folder).postgres).conninfo()
    with psycopg.connect(database) as conn:
        return [state for (state,) in conn.execute("SELECT state FROM accounts.mails")]


def ids_to(server: MailServer, player: Player) -> list[str]:
    """The Message-IDs of what arrived for a player."""
    return [str(each["Message-ID"]) for each in server.letters if each["To"] == player.email]


def test_a_mail_whose_sender_was_killed_arrives_once_more_as_the_same(
    system: Copy, server: MailServer
) -> None:
    server.behaviour = Behaviour.HANGS
    player = Player(system)
    wait_for(lambda: len(ids_to(server, player)) == 1)
    server.behaviour = Behaviour.TAKES
    assert kill(system, "followers")
    wait_for(lambda: states(system) == ["sent"] * len(states(system)))
    first, second = ids_to(server, player)
    assert first == second
    player.http.close()


def test_mails_asked_for_while_nobody_sends_all_leave_once(
    system: Copy, server: MailServer
) -> None:
    server.behaviour = Behaviour.TAKES
    players = []
    for _ in range(5):
        kill(system, "followers")
        players.append(Player(system))
    wait_for(lambda: states(system) == ["sent"] * len(states(system)))
    for player in players:
        ids = ids_to(server, player)
        # Who is killed between the server's answer and the mark has sent it, and cannot know.
        assert len(ids) in {1, 2}
        assert len(set(ids)) == 1
        player.http.close()
    said = "".join(log.read_text() for log in (system.folder / "logs").glob("*.log"))
    assert not [player.email for player in players if player.email in said]
