"""The form of each setting: what a ``TRACKER_...`` variable may hold, and what is made of it."""

import base64
import ipaddress
import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from command_api.accounts.addresses import is_address
from deploy.origins import is_origin
from deploy.smtp_address import smtp_address

GREATEST_PORT: Final = 65535
SEALING_KEY_BYTES: Final = 32


class BadSetting(Exception):
    """A setting cannot be used; the message is a sentence for whoever set it."""


class BucketAddress(Struct, frozen=True):
    """``s3://bucket/prefix``: where pictures are kept; an empty `prefix` is the whole bucket."""

    bucket: str
    prefix: str = ""

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".removesuffix("/")


def _port(name: str, text: str) -> int:
    if re.fullmatch("[0-9]{1,5}", text) and 1 <= int(text) <= GREATEST_PORT:
        return int(text)
    raise BadSetting(f"{name} must be a whole number from 1 to {GREATEST_PORT}, not {text!r}.")


def _host(name: str, text: str) -> str:
    try:
        return str(ipaddress.ip_address("127.0.0.1" if text == "localhost" else text))
    except ValueError:
        raise BadSetting(
            f"{name} must be an address of this machine such as 127.0.0.1, or 0.0.0.0 for all of"
            f" them, not {text!r}."
        ) from None


def _folder(_name: str, text: str) -> Path:
    return Path(text).expanduser().absolute()


def _screenshots(name: str, text: str) -> Path | BucketAddress:
    if "://" not in text:
        return _folder(name, text)
    found = re.fullmatch("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([A-Za-z0-9/_.-]*))?", text)
    if found:
        return BucketAddress(found[1], (found[2] or "").strip("/"))
    raise BadSetting(f"{name} must be a folder, or a bucket such as s3://bucket/prefix.")


def _word(name: str, text: str) -> str:
    if text.isascii() and text.isprintable() and " " not in text:
        return text
    raise BadSetting(f"{name} must be one word.")  # it may be a secret: not repeated


def _count(name: str, text: str) -> int:
    if re.fullmatch("[0-9]{1,18}", text) and int(text):
        return int(text)
    raise BadSetting(f"{name} must be a whole number above zero.")


def _switch(name: str, text: str) -> bool:
    if text in {"on", "off"}:
        return text == "on"
    raise BadSetting(f"{name} must be on or off, not {text!r}.")


def _database(name: str, text: str) -> str:
    if text.startswith(("postgresql://", "postgres://")):
        return text
    # Not repeated in the sentence: it may hold a password.
    raise BadSetting(f"{name} must be an address such as postgresql://user@host/database.")


def _nats(name: str, text: str) -> str:
    if all(address.startswith(("nats://", "tls://")) for address in text.split(",")):
        return text
    raise BadSetting(f"{name} must be an address such as nats://token@host:4222.")


def _sealing_key(name: str, text: str) -> str:
    try:
        if len(base64.b64decode(text, validate=True)) == SEALING_KEY_BYTES:
            return text
    except ValueError:
        pass
    raise BadSetting(f"{name} must be {SEALING_KEY_BYTES} random bytes in base64.")


def _proxies(name: str, text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ipaddress.ip_network(network.strip()) for network in text.split(","))
    except ValueError:
        raise BadSetting(
            f"{name} must be addresses or networks with commas between, such as"
            f" 10.0.0.7,192.168.1.0/24, not {text!r}."
        ) from None


def _origins(name: str, text: str) -> tuple[str, ...]:
    given = [origin.strip() for origin in text.split(",")]
    if wrong := [origin for origin in given if not is_origin(origin)]:
        raise BadSetting(
            f"{name} must be origins with commas between, such as http://192.168.1.20:5173 or"
            f" https://app.example.com, as browsers send them: in lower case, without a path or"
            f" the usual port, not {wrong[0]!r}."
        )
    return tuple(given)


def _password_length(name: str, text: str) -> int:
    if re.fullmatch("[0-9]{1,2}", text) and 8 <= int(text) <= 64:
        return int(text)
    raise BadSetting(f"{name} must be a whole number of characters from 8 to 64, not {text!r}.")


def _hash_cost(name: str, text: str) -> tuple[int, int, int]:
    if re.fullmatch("[0-9]{1,7},[0-9]{1,2},[0-9]{1,2}", text):
        memory, passes, threads = map(int, text.split(","))
        if 1024 <= memory <= 1024 * 1024 and 1 <= passes <= 20 and 1 <= threads <= 16:
            return memory, passes, threads
    raise BadSetting(
        f"{name} must be KiB of memory (1024 to 1048576), passes (1 to 20) and threads (1 to 16)"
        f" with commas between, such as 19456,2,1, not {text!r}."
    )


def _smtp(name: str, text: str) -> str:
    try:
        smtp_address(text)
    except ValueError:
        raise BadSetting(
            f"{name} must be an address such as smtps://user:password@host:465, smtp://host:587"
            " (with STARTTLS) or smtp+plain://host:25 (not encrypted)."
        ) from None
    return text


def _mail_address(name: str, text: str) -> str:
    if is_address(text):
        return text.strip()
    raise BadSetting(f"{name} must be an e-mail address such as tracker@example.com, not {text!r}.")


def _web_address(name: str, text: str) -> str:
    if re.fullmatch(r"https?://[A-Za-z0-9.:\[\]_-]+(/[A-Za-z0-9._~/-]*)?", text):
        return text.rstrip("/")
    raise BadSetting(
        f"{name} must be an address such as https://tracker.example.com, not {text!r}."
    )


PARSERS: Final[dict[str, Callable[[str, str], Any]]] = {
    "TRACKER_HOST": _host,
    "TRACKER_PORT": _port,
    "TRACKER_DATA": _folder,
    "TRACKER_RATE_LIMITS": _switch,
    "TRACKER_DATABASE": _database,
    "TRACKER_QUERY_DATABASE": _database,
    "TRACKER_NATS": _nats,
    "TRACKER_SCREENSHOTS": _screenshots,
    "TRACKER_S3_ENDPOINT": _web_address,
    "TRACKER_S3_REGION": _word,
    "TRACKER_S3_KEY_ID": _word,
    "TRACKER_S3_SECRET": _word,
    "TRACKER_QUOTA_BYTES": _count,
    "TRACKER_QUOTA_PENDING": _count,
    "TRACKER_KEYS": _folder,
    "TRACKER_SEALING_KEY": _sealing_key,
    "TRACKER_PROXIES": _proxies,
    "TRACKER_ORIGINS": _origins,
    "TRACKER_SHORTEST_PASSWORD": _password_length,
    "TRACKER_HASH_COST": _hash_cost,
    "TRACKER_SMTP": _smtp,
    "TRACKER_MAIL_FROM": _mail_address,
    "TRACKER_PUBLIC_ADDRESS": _web_address,
    "TRACKER_APP_ADDRESS": _web_address,
    "TRACKER_REQUIRE_VERIFIED": _switch,
}
