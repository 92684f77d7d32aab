"""The settings: every ``TRACKER_...`` variable and its default; read nowhere else."""

import difflib
import ipaddress
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from deploy.setting_forms import PARSERS, BadSetting, BucketAddress

PREFIX: Final = "TRACKER_"


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


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings that `environment` holds; raises `BadSetting`. An empty value counts as none."""
    given = {name: text for name, text in environment.items() if name.startswith(PREFIX)}
    for name in given:
        if name not in PARSERS:
            raise BadSetting(_unknown(name))
    values = {_field(name): PARSERS[name](name, text) for name, text in given.items() if text}
    if values.get("smtp") and not values.get("mail_from"):
        raise BadSetting("TRACKER_SMTP is set, so TRACKER_MAIL_FROM must say whom mails are from.")
    data = values.get("data", Path("data").absolute())
    return Settings(**{"screenshots": data / "screenshots", "keys": data / "keys", **values})


def to_environment(settings: Settings) -> dict[str, str]:
    """The variables that `read_settings` turns into `settings` again; for processes we start."""
    return {name: _text(getattr(settings, _field(name))) for name in PARSERS}


def require(settings: Settings, part: str, *names: str) -> None:
    """Raise `BadSetting` where `part` cannot do without the fields `names` and one is empty."""
    for name in names:
        if not getattr(settings, name):
            raise BadSetting(
                f"{PREFIX}{name.upper()} is not set, and `{part}` needs it. Started apart, each"
                " part is told where the servers are; `up` starts everything by itself."
            )


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
    endings = [known.removeprefix(PREFIX) for known in PARSERS]
    near = difflib.get_close_matches(name.removeprefix(PREFIX), endings, n=1)
    if near:
        return f"{name} is not a setting. Did you mean {PREFIX}{near[0]}?"
    return f"{name} is not a setting. These are: {', '.join(sorted(PARSERS))}."
