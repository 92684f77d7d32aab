"""What both APIs log about a request that failed."""

import psycopg
import pytest
from litestar import Litestar, get
from litestar.params import FromPath
from litestar.testing import AsyncTestClient

from events.web import EXCEPTION_HANDLERS

pytestmark = pytest.mark.anyio

FORGERY = "x%0A2026-03-01 12:00:00,000 INFO command_api.accounts.audit: password_changed player=y"


@get("/away/{name:str}")
async def away(name: FromPath[str]) -> None:
    raise psycopg.OperationalError


@get("/broken/{name:str}")
async def broken(name: FromPath[str]) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize(("path", "status"), [("away", 503), ("broken", 500)])
async def test_a_path_forges_no_line(
    path: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    app = Litestar(
        [away, broken],
        exception_handlers=EXCEPTION_HANDLERS,
        openapi_config=None,
        logging_config=None,
    )
    async with AsyncTestClient(app, raise_server_exceptions=False) as client:
        assert (await client.get(f"/{path}/{FORGERY}")).status_code == status
    (record,) = [record for record in caplog.records if record.name == "events.web"]
    assert f"/{path}/x" in record.getMessage()
    assert "\n" not in record.getMessage()
