"""What mails say: plain text in ASCII, so that no link is broken or hidden on the way."""

from msgspec import Struct


class Links(Struct, frozen=True):
    """Where links lead: `app` is the frontend, `api` this system; without a slash at the end."""

    app: str
    api: str


class Words(Struct, frozen=True):
    """The subject, and the text with lines of any length."""

    subject: str
    text: str


def verification(links: Links, token: str) -> Words:
    """To whoever registered: does mail arrive?"""
    return Words(
        "Confirm your e-mail address",
        f"""\
Hello,

welcome to eFootball Match Tracker. Please confirm that this is your e-mail address:

{links.app}/verify?token={token}

The link works once, within two days. Without the app, send this code to
{links.api}/api/auth/verify/ :

{token}

You did not make an account? Then somebody mistyped an address, and you may forget this mail.
""",
    )


def password_reset(links: Links, token: str) -> Words:
    """To whoever forgot the password."""
    return Words(
        "Choose a new password",
        f"""\
Hello,

somebody, most likely you, forgot the password for eFootball Match Tracker. Here you choose a new
one:

{links.app}/reset?token={token}

The link works once, within an hour. Without the app, send this code with the new password to
{links.api}/api/auth/password/reset/ :

{token}

You did not ask for this? Then do nothing: your password stays as it is.
""",
    )


def confirmation_reminder(links: Links, token: str) -> Words:  # noqa: ARG001  # it has none
    """To the player who can do something about a request that nobody answered for three days."""
    return Words(
        "A match waits to be confirmed",
        f"""\
Hello,

one of your matches waits for three days to be confirmed by both of its players. Here you see it:

{links.app}/matches

If your opponent shares it with you, say whether the numbers are right. If you asked your opponent,
remind them, or ask again: the app makes a new link, and the old one works no more. The request
ends by itself two weeks after it was made, and there is no other mail about it.
""",
    )
