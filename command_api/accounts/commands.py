"""What can be asked about an account: the bodies of the requests, and the call they come in."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct


class Call(Struct, frozen=True):
    """Where a request comes from, its id, and when it came (aware, UTC).

    `client` is the network address of the caller, for counting only: it is never stored.
    """

    client: str
    request_id: UUID
    now: datetime


class Register(Struct, frozen=True, forbid_unknown_fields=True):
    """Make an account."""

    email: str
    password: str


class Login(Struct, frozen=True, forbid_unknown_fields=True):
    """Begin a session."""

    email: str
    password: str


class Refresh(Struct, frozen=True, forbid_unknown_fields=True):
    """Give a refresh token in for the next pair of tokens."""

    refresh: str


class Logout(Struct, frozen=True, forbid_unknown_fields=True):
    """End the session of a refresh token."""

    refresh: str


class ForgotPassword(Struct, frozen=True, forbid_unknown_fields=True):
    """Have a mail sent that allows to choose a new password."""

    email: str


class ResetPassword(Struct, frozen=True, forbid_unknown_fields=True):
    """Choose a new password with the token of such a mail."""

    token: str
    password: str


class Verify(Struct, frozen=True, forbid_unknown_fields=True):
    """Prove by the token of a mail that mail arrives."""

    token: str


class ChangePassword(Struct, frozen=True, forbid_unknown_fields=True):
    """Replace the password, and end every other session."""

    current: str
    new: str


class EraseAccount(Struct, frozen=True, forbid_unknown_fields=True):
    """Erase the account and all that belongs to it, for ever."""

    password: str


class ChangeProfile(Struct, frozen=True, forbid_unknown_fields=True):
    """Replace the name that others see; `None` takes it away."""

    display_name: str | None
