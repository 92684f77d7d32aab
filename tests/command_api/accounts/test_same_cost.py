"""Who has an account is not told by what a request costs: the same hashes, the same statements."""

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import msgspec
import pytest
from msgspec import Struct
from psycopg import AsyncConnection, AsyncCursor
from psycopg.sql import Composable
from psycopg_pool import AsyncConnectionPool

from command_api.accounts.answers import Player
from command_api.accounts.commands import Login, Register
from command_api.accounts.credentials import Credentials
from command_api.accounts.use_cases import Accounts, login, register
from events.refusals import Conflict, TooManyRequests, Unauthenticated
from tests.command_api.accounts.conftest import CALL, CHEAP, EMAIL, PASSWORD

pytestmark = pytest.mark.anyio

Result = TypeVar("Result")
NOBODY = "nobody@example.com"


class CountingConnection(AsyncConnection[Any]):
    """A connection that notes what it is told to execute."""

    executed: list[str]

    async def execute(self, query: Any, *arguments: Any, **options: Any) -> AsyncCursor[Any]:
        text = query.as_string(self) if isinstance(query, Composable) else query
        CountingConnection.executed.append(" ".join(text.split()))
        return await super().execute(query, *arguments, **options)


class CountingCredentials(Credentials):
    """Credentials that count the hashes they compute."""

    hashes = 0

    async def _in_a_thread(self, work: Callable[[], Result]) -> Result:
        self.hashes += 1
        return await super()._in_a_thread(work)


class Cost(Struct, frozen=True):
    """What a request made the system do."""

    hashes: int
    statements: list[str]


class Counted:
    """Accounts that tell what was done for a request."""

    def __init__(self, accounts: Accounts, pool: AsyncConnectionPool[Any]) -> None:
        self._credentials = CountingCredentials(CHEAP)
        self._accounts = msgspec.structs.replace(accounts, pool=pool, credentials=self._credentials)

    async def login(self, email: str, refusal: type[Exception] = Unauthenticated) -> Cost:
        """The cost of a login with a wrong password."""
        self._begin()
        with pytest.raises(refusal):
            await login(self._accounts, Login(email, "a wrong guess"), CALL)
        return self._cost()

    async def register(self, email: str) -> Cost:
        self._begin()
        try:
            await register(self._accounts, Register(email, PASSWORD), CALL)
        except Conflict:
            return self._cost()
        return self._cost()

    def _begin(self) -> None:
        CountingConnection.executed = []
        self._credentials.hashes = 0

    def _cost(self) -> Cost:
        return Cost(self._credentials.hashes, CountingConnection.executed)


@pytest.fixture
async def counted(accounts: Accounts, database: str) -> AsyncIterator[Counted]:
    CountingConnection.executed = []
    async with AsyncConnectionPool[Any](
        database, connection_class=CountingConnection, min_size=1, max_size=1, open=False
    ) as pool:
        yield Counted(accounts, pool)


async def test_a_wrong_login_costs_the_same_for_known_and_unknown(
    counted: Counted, amina: Player
) -> None:
    # The first of a client opens a window and sweeps; only then are two of them alike.
    await counted.login("first@example.com")
    known, unknown = await counted.login(EMAIL), await counted.login(NOBODY)
    assert known.hashes == unknown.hashes == 1
    assert known.statements == unknown.statements
    assert any("INSERT INTO accounts.security_events" in text for text in known.statements)


async def test_a_login_too_many_costs_the_same_for_known_and_unknown(
    counted: Counted, amina: Player
) -> None:
    for _ in range(5):
        await counted.login(EMAIL)
        await counted.login(NOBODY)
    for _ in range(2):  # the first refusal of a window is noted in the audit
        known = await counted.login(EMAIL, TooManyRequests)
        unknown = await counted.login(NOBODY, TooManyRequests)
        assert known.hashes == unknown.hashes == 0
        assert known.statements == unknown.statements


async def test_a_registration_costs_the_same_for_known_and_fresh(
    counted: Counted, amina: Player
) -> None:
    fresh, known = await counted.register("fresh@example.com"), await counted.register(EMAIL)
    assert known.hashes == fresh.hashes == 1
    assert known.statements == fresh.statements


async def test_what_is_refused_for_its_form_is_not_hashed(counted: Counted) -> None:
    for email, password in (("amina", PASSWORD), (EMAIL, "short"), (EMAIL, "password")):
        counted._begin()
        with pytest.raises(Exception, match=r"\.$"):
            await register(counted._accounts, Register(email, password), CALL)
        assert counted._cost() == Cost(0, [])
