"""``python -m deploy keys ...``: look at the signing keys, rotate and retire them."""

import argparse
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from rich.console import Console

from command_api.accounts.key_ring import KeysUnreadable
from command_api.accounts.key_rotation import over_at, signing
from command_api.accounts.tokens import SigningKey
from deploy.settings import Settings
from deploy.signing_keys import create, load, remove
from deploy.terminal import complain

console: Final = Console(highlight=False)


def run(settings: Settings, parsed: argparse.Namespace) -> int:
    """Do what `parsed` says; returns the exit status."""
    folder, now = settings.keys, datetime.now(UTC)
    actions: dict[str, Callable[[], int]] = {
        "list": lambda: list_keys(folder, now),
        "rotate": lambda: rotate(folder, now, timedelta(seconds=parsed.signs_in)),
        "retire": lambda: retire(folder, parsed.kid, now, at_once=parsed.now),
    }
    try:
        return actions[parsed.action]()
    except KeysUnreadable as fault:
        complain(str(fault))
    except OSError as error:
        complain(f"The folder {folder} cannot be used: {error.strerror}.")
    return 1


def list_keys(folder: Path, now: datetime) -> int:
    """Show every key and what it does at `now`."""
    keys = load(folder)
    for key in keys:
        # No table: a narrow one would cut the names, which are to be copied.
        console.print(f"{key.kid}  {key.algorithm}  {_does(key, keys, now)}", soft_wrap=True)
    return 0


def rotate(folder: Path, now: datetime, signs_in: timedelta) -> int:
    """Add a key that will sign, and remove those whose tokens have all run out."""
    keys = load(folder)
    signs_from = now + signs_in
    if any(key.signs_from > signs_from for key in keys):
        complain("A key that signs later is there already; retire that one first.")
        return 1
    kid = create(folder, signs_from)
    console.print(
        f"{kid} verifies from now on and signs from {_spoken(signs_from)}.", soft_wrap=True
    )
    for key in keys:
        if _is_over(key, keys, now):
            remove(folder, key.kid)
            console.print(f"{key.kid} was over and is removed.")
    return 0


def retire(folder: Path, kid: str, now: datetime, *, at_once: bool) -> int:
    """Remove a key, `at_once` even if tokens of it are about, which are refused from then on."""
    keys = load(folder)
    key = next((each for each in keys if each.kid == kid), None)
    if key is None:
        complain(f"There is no key {kid}. `python -m deploy keys list` names them.")
        return 1
    if refusal := _refusal(key, keys, now, at_once=at_once):
        complain(refusal)
        return 1
    remove(folder, kid)
    console.print(f"{kid} is removed.")
    return 0


def _refusal(
    key: SigningKey, keys: Sequence[SigningKey], now: datetime, *, at_once: bool
) -> str | None:
    if len(keys) == 1 or (key is signing(keys, now) and not at_once):
        return f"{key.kid} signs. Bring a new key in first: `python -m deploy keys rotate`."
    is_needed = key.signs_from <= now and not _is_over(key, keys, now)
    if is_needed and not at_once:
        end = over_at(key, keys)
        until = f" until {_spoken(end)}" if end else ""
        return (
            f"Tokens that {key.kid} signed are about{until}. With --now it is removed all the"
            " same, and their owners need to refresh."
        )
    return None


def _does(key: SigningKey, keys: Sequence[SigningKey], now: datetime) -> str:
    if key is signing(keys, now):
        return "signs"
    if key.signs_from > now:
        return f"verifies, signs from {_spoken(key.signs_from)}"
    end = over_at(key, keys)
    if end is None or end <= now:
        return "is over, and removed by the next rotation"
    return f"verifies until {_spoken(end)}"


def _is_over(key: SigningKey, keys: Sequence[SigningKey], now: datetime) -> bool:
    end = over_at(key, keys)
    return end is not None and end <= now


def _spoken(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"
