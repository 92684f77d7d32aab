"""Which passwords are taken: long enough, not everybody's first guess, any characters at all."""

from functools import cache
from importlib.resources import files
from typing import Final

from msgspec import Struct

from command_api.accounts.addresses import folded


class PasswordRules(Struct, frozen=True):
    """How many characters (code points) a password has; nothing is said about which."""

    shortest: int = 8
    longest: int = 128


DEFAULT_RULES: Final = PasswordRules()


def objections(password: str, email: str, rules: PasswordRules = DEFAULT_RULES) -> list[str]:
    """What speaks against `password` for the account of `email`: sentences, none if it is fine."""
    if len(password) < rules.shortest:
        return [f"The password is too short: it needs at least {rules.shortest} characters."]
    if len(password) > rules.longest:
        return [f"The password is too long: it may have at most {rules.longest} characters."]
    if not _is_text(password):
        return ["The password has a character that is none: half of a surrogate pair."]
    if folded(password) == folded(email):
        return ["The password must not be the e-mail address."]
    if password.casefold() in _common_passwords():
        return ["This password is one of the first that anybody would guess. Choose another."]
    return []


def _is_text(password: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in password)


@cache
def _common_passwords() -> frozenset[str]:
    text = files("command_api.accounts").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("# "))
