"""The real path of matches that two players share, on a real database, with all its actors."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
from msgspec import Struct

from command_api.accounts import players
from command_api.confirmations.process import ConfirmationProcess
from command_api.confirmations.use_cases import Confirmations
from command_api.erasing import Erasing
from command_api.matches.executing import Executor
from command_api.matches.keeping import Keeper
from command_api.matches.quotas import Allowance, Quotas
from command_api.matches.use_cases import MatchCommands
from deploy.mail_folder import FolderOfMails
from deploy.screenshots_folder import FolderOfScreenshots
from events.leading import connected
from events.log import MatchLog
from events.owner_keys import destroy
from events.progress import Progress
from projections.duplicates import Duplicates
from projections.own_matches import OwnMatches
from projections.own_names import OwnNames
from projections.owned_matches import OwnedMatches
from tests.conftest import MASTER_KEY
from tests.examples import NOON
from tests.pools import statement_pool
from tests.properties.system import System, empty_tables

KEYS = ("keys.owners",)
OF_PLAYERS = (
    "log.confirmation_deadlines",
    "accounts.mails",
    "accounts.upload_usage",
    "accounts.players",
)


class Process(Struct, frozen=True):
    """What one process of the command side does."""

    commands: MatchCommands
    confirmations: Confirmations
    executor: Executor


class FriendsSystem(System):
    """Commands of two processes, the erasing, and a process manager whose clock is told."""

    def __init__(self, database: str, empty_database: str, folder: Path) -> None:
        super().__init__(database, empty_database, "", folder)

    def begin_with(self, names: Mapping[UUID, str | None]) -> None:
        """Forget everything; there are these players, who show these names to others."""
        self.begin_anew()
        empty_tables(self.conn, (*OF_PLAYERS, *KEYS))
        with psycopg.connect(self.empty_database) as conn:
            empty_tables(conn, KEYS)
        for player, name in names.items():
            self.keys.forget(player)
            self.conn.execute(
                """
                INSERT INTO accounts.players (
                    id, email, email_folded, password_hash, password_changed_at, created_at,
                    display_name
                )
                VALUES (%(id)s, %(email)s, %(email)s, '', %(now)s, %(now)s, %(name)s)
                """,
                {"id": player, "email": f"{player}@example.com", "now": NOON, "name": name},
            )

    def let_pass(self, time: timedelta) -> None:
        """Let the process manager do what is due so much later."""
        self._now = datetime.now(UTC) + time
        self.run(self._process.begin(self._leader))  # the log may be another one by now
        while self.run(self._process.step(self._leader)):
            pass

    async def end(self, player: UUID) -> None:
        """End an account; what is left of it is still to be taken away."""
        async with self.pool.connection() as conn:
            stored = await players.find(conn, player)
            assert stored is not None
            assert await players.erase(conn, stored, datetime.now(UTC))
            await destroy(conn, player)
        self.keys.forget(player)

    @asynccontextmanager
    async def _running(self, logs: Sequence[MatchLog]) -> AsyncIterator[None]:
        async with (
            statement_pool(self.database, most=8) as pool,
            Progress(self.database) as progress,
            connected(self.database) as self._leader,
        ):
            self.pool = pool
            store = FolderOfScreenshots(self._folder)
            keeper = Keeper(store, quotas := Quotas(pool, store, Allowance(2**30, 1000)))
            self.processes = []
            for log in logs[:2]:
                commands = MatchCommands(
                    log, progress, keeper, quotas, OwnNames(pool), Duplicates(pool)
                )
                confirmations = Confirmations(
                    log, commands, keeper, OwnMatches(pool), pool, MASTER_KEY
                )
                self.processes.append(Process(commands, confirmations, Executor(log)))
            executor = Executor(logs[2])
            self.erasing = Erasing(
                pool,
                executor,
                OwnedMatches(pool, self.database, self.projection),
                store,
                FolderOfMails(self._folder / "mail"),
            )
            self._process = ConfirmationProcess(self.database, executor, clock=lambda: self._now)
            yield
