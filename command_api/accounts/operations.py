"""The operations of accounts, as the published document describes them."""

from typing import Final

from command_api.accounts.addresses import LONGEST
from command_api.accounts.answers import Player, SecurityEvent, Session, TokenPair
from command_api.accounts.audit import Happening
from command_api.accounts.commands import (
    ChangePassword,
    ChangeProfile,
    EraseAccount,
    Login,
    Logout,
    Refresh,
    Register,
)
from command_api.accounts.display_names import LONGEST as LONGEST_NAME
from command_api.accounts.password_rules import DEFAULT_RULES
from events.operations import Answer, Operation, Schema, Shape, nullable
from events.pages import PAGE, PARAMETERS

TAG: Final = "Accounts"
TOO_OFTEN: Final = "Asked too often from here or for this account."
BUSY: Final = "Too many passwords are being checked at this moment, or a server is away."

EMAIL: Final = "me@example.com"
PASSWORD: Final = "three blue goalposts"  # noqa: S105 - an example
REFRESH: Final = "Jr0eYxqzl9m1nUPzD4o0sT9mTgq2b1hZ3wN5cV7xK8s"
PLAYER: Final = {
    "id": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "email": EMAIL,
    "created_at": "2026-01-21T18:00:00.250000Z",
    "display_name": None,
    "email_verified": False,
}
PAIR: Final = {"access": "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIwZjhmIn0.c2lnbmVk", "refresh": REFRESH}
SESSION: Final = {
    "id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "created_at": "2026-01-21T18:00:05Z",
    "last_used_at": "2026-01-21T18:40:05Z",
    "current": True,
}
EVENT: Final = {
    "happened_at": "2026-01-21T18:00:05Z",
    "kind": "login_succeeded",
    "session_id": SESSION["id"],
    "request_id": "16fd2706-8baf-433b-82eb-8c7fada847da",
    "is_current_session": True,
}
KEY: Final = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "kid": "4f6b2c",
    "use": "sig",
    "alg": "EdDSA",
}
ADDRESS: Final[Schema] = {"type": "string", "format": "email", "maxLength": LONGEST}
NEW_PASSWORD: Final[Schema] = {
    "type": "string",
    "format": "password",
    "minLength": DEFAULT_RULES.shortest,
    "maxLength": DEFAULT_RULES.longest,
    "description": "Any characters; not the address, and none of the most common passwords.",
}
DISPLAY_NAME: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}

OPERATIONS: Final = (
    Operation(
        method="POST",
        path="/api/auth/register/",
        id="register",
        tag=TAG,
        summary="Make an account",
        body=Register,
        example={"email": EMAIL, "password": PASSWORD},
        answers={201: Answer(says="The account.", body=Player, example=PLAYER)},
        refusals={409: "There is an account with this address.", 429: TOO_OFTEN, 503: BUSY},
        is_public=True,
    ),
    Operation(
        method="POST",
        path="/api/auth/login/",
        id="login",
        tag=TAG,
        summary="Begin a session",
        says="An access token lives ten minutes; the refresh token gives the next pair.",
        body=Login,
        example={"email": EMAIL, "password": PASSWORD},
        answers={200: Answer(says="A pair of tokens.", body=TokenPair, example=PAIR)},
        refusals={
            401: "Unknown address or wrong password.",
            403: "The address has to be verified first; only where this is set so.",
            429: TOO_OFTEN,
            503: BUSY,
        },
        is_public=True,
    ),
    Operation(
        method="POST",
        path="/api/auth/token/refresh/",
        id="refreshTokens",
        tag=TAG,
        summary="Get the next pair of tokens",
        says="The refresh token is replaced. The one given in gives the same successor again until"
        " that was used; any older one ends the session.",
        body=Refresh,
        example={"refresh": REFRESH},
        answers={200: Answer(says="The next pair.", body=TokenPair, example=PAIR)},
        refusals={401: "The session is over.", 429: TOO_OFTEN},
        is_public=True,
    ),
    Operation(
        method="POST",
        path="/api/auth/logout/",
        id="logout",
        tag=TAG,
        summary="End the session of a refresh token",
        body=Logout,
        example={"refresh": REFRESH},
        answers={204: Answer(says="The session is over.")},
    ),
    Operation(
        method="POST",
        path="/api/auth/password/",
        id="changePassword",
        tag=TAG,
        summary="Replace the password, and end every other session",
        body=ChangePassword,
        example={"current": PASSWORD, "new": "four red corner flags"},
        answers={204: Answer(says="The password is the new one.")},
        refusals={
            409: "The password was changed meanwhile by another request.",
            429: TOO_OFTEN,
            503: BUSY,
        },
    ),
    Operation(
        method="GET",
        path="/api/auth/me/",
        id="getAccount",
        tag=TAG,
        summary="Show the own account",
        answers={200: Answer(says="The account.", body=Player, example=PLAYER)},
    ),
    Operation(
        method="DELETE",
        path="/api/auth/me/",
        id="eraseAccount",
        tag=TAG,
        summary="Erase the own account and all that belongs to it, for ever",
        says="Every session ends, and no name in the history can be read any more. Matches and"
        " pictures are gone with the answer, or soon after where there are very many.",
        body=EraseAccount,
        example={"password": PASSWORD},
        answers={204: Answer(says="The account is erased.")},
        refusals={
            409: "The password was changed meanwhile by another request.",
            429: TOO_OFTEN,
            503: BUSY,
        },
    ),
    Operation(
        method="PATCH",
        path="/api/auth/me/",
        id="changeProfile",
        tag=TAG,
        summary="Change what others see of the own account",
        body=ChangeProfile,
        example={"display_name": "Zizou"},
        answers={
            200: Answer(
                says="The account.", body=Player, example={**PLAYER, "display_name": "Zizou"}
            )
        },
    ),
    Operation(
        method="GET",
        path="/api/auth/audit/",
        id="listSecurityEvents",
        tag=TAG,
        summary="List what happened to the own account, newest first",
        parameters=PARAMETERS,
        answers={
            200: Answer(
                says="A page of it.", body=list[SecurityEvent], headers=PAGE, example=[EVENT]
            )
        },
    ),
    Operation(
        method="GET",
        path="/api/auth/sessions/",
        id="listSessions",
        tag=TAG,
        summary="List the own running sessions, the last used first",
        answers={200: Answer(says="The sessions.", body=list[Session], example=[SESSION])},
    ),
    Operation(
        method="DELETE",
        path="/api/auth/sessions/{session_id}/",
        id="endSession",
        tag=TAG,
        summary="End one of the own sessions",
        answers={204: Answer(says="The session is over.")},
    ),
    Operation(
        method="GET",
        path="/.well-known/jwks.json",
        id="listPublicKeys",
        tag=TAG,
        summary="Give the public keys that verify access tokens",
        answers={
            200: Answer(
                says="A JSON Web Key Set (RFC 7517).",
                body=dict[str, list[dict[str, str]]],
                example={"keys": [KEY]},
            )
        },
        refusals={400: "It takes no parameters."},
        is_public=True,
    ),
)
SHAPES: Final = (
    Shape(
        struct=Register,
        fields={
            "email": ADDRESS,
            "password": NEW_PASSWORD,
        },
    ),
    Shape(struct=ChangePassword, fields={"new": NEW_PASSWORD}),
    Shape(struct=ChangeProfile, fields={"display_name": nullable(DISPLAY_NAME)}),
    Shape(
        struct=Player,
        fields={"email": {"type": "string", "format": "email"}},
        example=PLAYER,
    ),
    Shape(struct=TokenPair, example=PAIR),
    Shape(struct=Session, example=SESSION),
    Shape(
        struct=SecurityEvent,
        fields={"kind": {"type": "string", "enum": sorted(Happening)}},
        example=EVENT,
    ),
)
