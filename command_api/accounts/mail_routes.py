"""The addresses of what is done by mail: a forgotten password, and the proof of an address."""

from datetime import UTC, datetime
from uuid import uuid4

from litestar import Router, post
from litestar.di import NamedDependency

from command_api.accounts import forgotten_passwords, verification
from command_api.accounts.answers import Notice
from command_api.accounts.commands import Call, ForgotPassword, ResetPassword, Verify
from command_api.accounts.use_cases import Accounts
from command_api.bodies import read_json
from command_api.caller import Caller
from events.identity import Principal
from events.parameters import parameters_of
from events.web import WebRequest


@post("/password/forgot", status_code=202)
async def forgot_password(
    request: WebRequest, accounts: NamedDependency[Accounts], caller: NamedDependency[Caller]
) -> Notice:
    """Have a mail sent that allows to choose a new password."""
    command = await read_json(request, ForgotPassword)
    return await forgotten_passwords.forgot_password(accounts, command, _call(request, caller))


@post("/password/reset", status_code=204)
async def reset_password(
    request: WebRequest, accounts: NamedDependency[Accounts], caller: NamedDependency[Caller]
) -> None:
    """Choose a new password with the token of such a mail; ends every session."""
    command = await read_json(request, ResetPassword)
    await forgotten_passwords.reset_password(accounts, command, _call(request, caller))


@post("/verify", status_code=204)
async def verify(
    request: WebRequest, accounts: NamedDependency[Accounts], caller: NamedDependency[Caller]
) -> None:
    """Prove by the token of a mail that mail to the address arrives."""
    command = await read_json(request, Verify)
    await verification.verify(accounts, command, _call(request, caller))


@post("/verify/request", status_code=202)
async def request_verification(
    request: WebRequest,
    principal: NamedDependency[Principal],
    accounts: NamedDependency[Accounts],
    caller: NamedDependency[Caller],
) -> Notice:
    """Have the mail sent again that verifies the address."""
    parameters_of(request)
    return await verification.request_verification(accounts, principal, _call(request, caller))


def _call(request: WebRequest, caller: Caller) -> Call:
    return Call(caller.address(request), uuid4(), datetime.now(UTC))


router = Router(
    "/api/auth",
    route_handlers=[forgot_password, reset_password, verify, request_verification],
)
