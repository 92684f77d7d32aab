"""The addresses of accounts, below /api/auth, and of the keys that verify their tokens."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from litestar import Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from command_api.accounts import own_account, use_cases
from command_api.accounts.answers import Player, SecurityEvent, Session, TokenPair
from command_api.accounts.audit import NEWEST, Place
from command_api.accounts.commands import (
    Call,
    ChangePassword,
    ChangeProfile,
    EraseAccount,
    Login,
    Logout,
    Refresh,
    Register,
)
from command_api.accounts.erasing import erase as erase_account
from command_api.accounts.own_account import NO_SESSION
from command_api.accounts.tokens import key_set
from command_api.accounts.use_cases import Accounts
from command_api.bodies import read_json
from command_api.caller import Caller
from command_api.erasing import Erasing
from command_api.matches.use_cases import MatchCommands
from command_api.preferences import SHOWN_SECONDS
from events.identity import Principal
from events.pages import DEFAULT_LIMIT, GREATEST_LIMIT, Cursors
from events.parameters import parameters_of, whole_number
from events.web import WebRequest, id_of

AUDIT: Final = "/api/auth/audit/"


@post("/register", status_code=201)
async def register(
    request: WebRequest, accounts: NamedDependency[Accounts], caller: NamedDependency[Caller]
) -> Player:
    """Make an account."""
    command = await read_json(request, Register)
    return await use_cases.register(accounts, command, _call(request, caller))


@post("/login", status_code=200)
async def login(
    request: WebRequest, accounts: NamedDependency[Accounts], caller: NamedDependency[Caller]
) -> TokenPair:
    """Begin a session."""
    command = await read_json(request, Login)
    return await use_cases.login(accounts, command, _call(request, caller))


@post("/token/refresh", status_code=200)
async def refresh(
    request: WebRequest, accounts: NamedDependency[Accounts], caller: NamedDependency[Caller]
) -> TokenPair:
    """Give a refresh token in for the next pair of tokens."""
    command = await read_json(request, Refresh)
    return await use_cases.refresh(accounts, command, _call(request, caller))


@post("/logout", status_code=204)
async def logout(
    request: WebRequest,
    principal: NamedDependency[Principal],
    accounts: NamedDependency[Accounts],
    caller: NamedDependency[Caller],
) -> None:
    """End the session of a refresh token."""
    command = await read_json(request, Logout)
    await use_cases.logout(accounts, principal, command, _call(request, caller))


@post("/password", status_code=204)
async def change_password(
    request: WebRequest,
    principal: NamedDependency[Principal],
    accounts: NamedDependency[Accounts],
    caller: NamedDependency[Caller],
) -> None:
    """Replace the password, and end every other session."""
    command = await read_json(request, ChangePassword)
    await own_account.change_password(accounts, principal, command, _call(request, caller))


@get("/me")
async def me(
    request: WebRequest,
    principal: NamedDependency[Principal],
    accounts: NamedDependency[Accounts],
) -> Player:
    """Give the own account."""
    parameters_of(request)
    return await own_account.me(accounts, principal)


@patch("/me", status_code=200)
async def change_profile(
    request: WebRequest,
    principal: NamedDependency[Principal],
    accounts: NamedDependency[Accounts],
) -> Player:
    """Change what others see of the own account."""
    command = await read_json(request, ChangeProfile)
    return await own_account.change_profile(accounts, principal, command)


@delete("/me", status_code=204)
async def erase(
    request: WebRequest,
    principal: NamedDependency[Principal],
    accounts: NamedDependency[Accounts],
    caller: NamedDependency[Caller],
    erasing: NamedDependency[Erasing],
    commands: NamedDependency[MatchCommands],
) -> None:
    """Erase the own account, and all that belongs to it."""
    command = await read_json(request, EraseAccount)
    await erase_account(accounts, principal, command, _call(request, caller))
    position = await erasing.take_away_soon(principal.user_id)
    await commands.until_shown(position, SHOWN_SECONDS)


@get("/audit")
async def security_events(
    request: WebRequest,
    principal: NamedDependency[Principal],
    accounts: NamedDependency[Accounts],
    cursors: NamedDependency[Cursors],
) -> Response[list[SecurityEvent]]:
    """List what happened to the own account, newest first."""
    given = parameters_of(request, "limit", "cursor")
    limit = whole_number(given, "limit", DEFAULT_LIMIT, 1, GREATEST_LIMIT)
    place = cursors.cursor_of(AUDIT, given, Place, principal.user_id) or NEWEST
    page = await own_account.own_security_events(accounts, principal, place, limit)
    link = cursors.next_page(AUDIT, given, page.following, principal.user_id)
    return Response([*page.items], headers=link)


@get("/sessions")
async def sessions(
    request: WebRequest,
    principal: NamedDependency[Principal],
    accounts: NamedDependency[Accounts],
    caller: NamedDependency[Caller],
) -> list[Session]:
    """List the own running sessions, the last used first."""
    parameters_of(request)
    return await own_account.own_sessions(accounts, principal, _call(request, caller))


@delete("/sessions/{session_id:str}", status_code=204)
async def end_session(
    request: WebRequest,
    session_id: FromPath[str],
    principal: NamedDependency[Principal],
    accounts: NamedDependency[Accounts],
    caller: NamedDependency[Caller],
) -> None:
    """End one of the own sessions."""
    identity = id_of(session_id, NO_SESSION)
    parameters_of(request)
    await own_account.end_session(accounts, principal, identity, _call(request, caller))


def _call(request: WebRequest, caller: Caller) -> Call:
    return Call(caller.address(request), uuid4(), datetime.now(UTC))


@get("/.well-known/jwks.json")
async def published_keys(
    request: WebRequest, accounts: NamedDependency[Accounts]
) -> Response[dict[str, list[dict[str, Any]]]]:
    """Give the public keys that verify access tokens; nobody has to sign in for that."""
    parameters_of(request)
    keys = key_set(accounts.keys.public(datetime.now(UTC)))
    return Response(keys, headers={"Cache-Control": "public, max-age=300"})


router = Router(
    "/api/auth",
    route_handlers=[
        register,
        login,
        refresh,
        logout,
        change_password,
        me,
        change_profile,
        erase,
        security_events,
        sessions,
        end_session,
    ],
)
