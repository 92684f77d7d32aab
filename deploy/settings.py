"""The settings: every ``TRACKER_...`` variable, its form and its default; read nowhere else."""

import base64
import difflib
import ipaddress
import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, field

from command_api.accounts.addresses import is_address
from deploy.origins import is_origin
from deploy.smtp_address import smtp_address

PREFIX: Final = "TRACKER_"
GREATEST_PORT: Final = 65535
SEALING_KEY_BYTES: Final = 32


class BucketAddress(Struct, frozen=True):
    """``s3://bucket/prefix``: where pictures are kept; an empty `prefix` is the whole bucket."""

    bucket: str
    prefix: str = ""

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".removesuffix("/")


class Settings(Struct, frozen=True, kw_only=True):
    """Every value that a part may need.

    `database` (for libpq) and `nats` (addresses with commas between) are empty where nobody gave
    them: `deploy up` fills them in for the servers it starts. Queries are answered from
    `query_database` where there is one: a read replica of `database`. `proxies` are those whose
    word about the caller's address is taken. `origins` are those of pages elsewhere that may read
    answers. `sealing_key` is in base64; without one, a file in `keys` is it.
    `hash_cost` is what one password hash costs: KiB of memory, passes over it, threads.
    `smtp` is empty where mails become files; links in mails lead to `app_address`, the frontend, or
    where there is none to `public`.
    The `s3_...` say how a bucket of `screenshots` is opened. The quotas are of one player: bytes of
    pictures, and pictures that wait for their reading.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    data: Path = field(default_factory=lambda: Path("data").absolute())
    rate_limits: bool = True
    database: str = ""
    query_database: str = ""
    nats: str = ""
    screenshots: Path | BucketAddress = field(
        default_factory=lambda: Path("data/screenshots").absolute()
    )
    s3_endpoint: str = ""
    s3_region: str = "us-east-1"
    s3_key_id: str = ""
    s3_secret: str = ""
    quota_bytes: int = 2 * 2**30
    quota_pending: int = 20
    keys: Path = field(default_factory=lambda: Path("data/keys").absolute())
    sealing_key: str = ""
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    origins: tuple[str, ...] = ()
    shortest_password: int = 8
    hash_cost: tuple[int, int, int] = (19 * 1024, 2, 1)
    smtp: str = ""
    mail_from: str = ""
    public_address: str = ""
    app_address: str = ""
    require_verified: bool = False

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the system, such as ``http://127.0.0.1:8000``."""
        ip = ipaddress.ip_address(self.host)
        if ip.is_unspecified:  # 0.0.0.0 is a place to listen, none to call
            ip = ipaddress.ip_address("127.0.0.1" if ip.version == 4 else "::1")
        return f"http://[{ip}]:{self.port}" if ip.version == 6 else f"http://{ip}:{self.port}"

    @property
    def public(self) -> str:
        """Where everybody finds the system."""
        return self.public_address or self.address

    @property
    def mail(self) -> Path:
        """The folder for mails where no server takes them."""
        return self.data / "mail"


class BadSetting(Exception):
    """A setting cannot be used; the message is a sentence for whoever set it."""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings that `environment` holds; raises `BadSetting`. An empty value counts as none."""
    given = {name: text for name, text in environment.items() if name.startswith(PREFIX)}
    for name in given:
        if name not in _PARSERS:
            raise BadSetting(_unknown(name))
    values = {_field(name): _PARSERS[name](name, text) for name, text in given.items() if text}
    if values.get("smtp") and not values.get("mail_from"):
        raise BadSetting("TRACKER_SMTP is set, so TRACKER_MAIL_FROM must say whom mails are from.")
    data = values.get("data", Path("data").absolute())
    return Settings(**{"screenshots": data / "screenshots", "keys": data / "keys", **values})


def to_environment(settings: Settings) -> dict[str, str]:
    """The variables that `read_settings` turns into `settings` again; for processes we start."""
    return {name: _text(getattr(settings, _field(name))) for name in _PARSERS}


def require(settings: Settings, part: str, *names: str) -> None:
    """Raise `BadSetting` where `part` cannot do without the fields `names` and one is empty."""
    for name in names:
        if not getattr(settings, name):
            raise BadSetting(
                f"{PREFIX}{name.upper()} is not set, and `{part}` needs it. Started apart, each"
                " part is told where the servers are; `up` starts everything by itself."
            )


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


_PARSERS: Final[dict[str, Callable[[str, str], Any]]] = {
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


def _field(name: str) -> str:
    return name.removeprefix(PREFIX).lower()


def _text(value: object) -> str:
    match value:
        case bool():
            return "on" if value else "off"
        case tuple():
            return ",".join(map(str, value))
        case _:
            return str(value)


def _unknown(name: str) -> str:
    endings = [known.removeprefix(PREFIX) for known in _PARSERS]
    near = difflib.get_close_matches(name.removeprefix(PREFIX), endings, n=1)
    if near:
        return f"{name} is not a setting. Did you mean {PREFIX}{near[0]}?"
    return f"{name} is not a setting. These are: {', '.join(sorted(_PARSERS))}."
