"""A command that is given again meets its match as it is by now."""

from collections.abc import Sequence

import pytest

from command_api.matches.commands import DeleteMatch
from command_api.matches.executing import Executor
from command_api.matches.rules import decide
from events.base import Cause
from events.log import MatchLog
from events.match import Match
from events.matches import MatchEvent
from events.refusals import VersionMismatch
from tests.examples import MATCH_ID, UPLOADED, cause

pytestmark = pytest.mark.anyio


async def delete_at_version_one(match: Match | None, cause: Cause) -> Sequence[MatchEvent]:
    assert match is not None
    if match.version != 1:
        raise VersionMismatch("It is at another version.")
    return decide(match, DeleteMatch(), cause)


async def test_a_repeat_is_not_refused_for_what_it_changed_itself(match_log: MatchLog) -> None:
    match_log.append(UPLOADED)
    executor = Executor(match_log)
    for _ in range(2):
        done = await executor.execute(MATCH_ID, delete_at_version_one, cause(2), b"mark")
        assert (done.match.version, done.position) == (2, 2)
    with pytest.raises(VersionMismatch):
        await executor.execute(MATCH_ID, delete_at_version_one, cause(3), b"mark")
