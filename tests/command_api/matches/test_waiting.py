"""Who uploads a picture waits until it is read, and until queries show that."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from command_api.matches.executing import Done
from command_api.matches.keeping import Keeper
from command_api.matches.quotas import Allowance, Quotas
from command_api.matches.use_cases import MatchCommands
from deploy.screenshots_folder import FolderOfScreenshots
from events.log import MatchLog
from events.match import Match, Status, fold
from events.progress import Progress
from events.statement_pool import StatementPool
from projections.duplicates import Duplicates
from projections.own_names import OwnNames
from tests.examples import EXAMPLES, UPLOADED

pytestmark = pytest.mark.anyio

EXTRACTED = replace(EXAMPLES["match.stats_extracted.v1"], version=2)


@pytest.fixture
def commands(
    database: str, match_log: MatchLog, statements: StatementPool, tmp_path: Path
) -> MatchCommands:
    store = FolderOfScreenshots(tmp_path)
    quotas = Quotas(statements, store, Allowance(2**20, 10))
    return MatchCommands(
        match_log,
        Progress(database),
        Keeper(store, quotas),
        quotas,
        OwnNames(statements),
        Duplicates(statements),
    )


def is_read(match: Match) -> bool:
    return match.status is Status.EXTRACTED


async def test_a_reading_that_queries_do_not_show_yet_comes_with_its_position(
    commands: MatchCommands, match_log: MatchLog
) -> None:
    begun = Done(fold([UPLOADED]), match_log.append(UPLOADED))
    read_at = match_log.append(EXTRACTED)
    changed = asyncio.Event()
    changed.set()  # queries show the upload by now, while the log holds the reading already
    done = await commands.until(begun, changed, 5, is_read)
    assert (done.match.version, done.position) == (2, read_at)


async def test_who_waits_in_vain_is_given_what_was_begun(
    commands: MatchCommands, match_log: MatchLog
) -> None:
    begun = Done(fold([UPLOADED]), match_log.append(UPLOADED))
    assert await commands.until(begun, asyncio.Event(), 0, is_read) == begun
