"""The address of a mail server, such as ``smtps://user:password@mail.example.com:465``."""

import re
from enum import StrEnum
from ipaddress import ip_address
from typing import Final
from urllib.parse import unquote, urlsplit

from msgspec import Struct


class Encryption(StrEnum):
    """How an address says that mail is protected on its way to the server."""

    TLS = "smtps"
    STARTTLS = "smtp"
    NONE = "smtp+plain"


PORTS: Final = {Encryption.TLS: 465, Encryption.STARTTLS: 587, Encryption.NONE: 25}
HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]+")


class SmtpAddress(Struct, frozen=True):
    """Where the server is, and who we are there; `user` is empty where nobody has to sign in."""

    encryption: Encryption
    host: str
    port: int
    user: str = ""
    password: str = ""

    @property
    def is_on_this_machine(self) -> bool:
        """Whether nothing that is sent to it leaves this machine."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


def smtp_address(text: str) -> SmtpAddress:
    """Read an address; what is special in user and password is written as %40. `ValueError`."""
    parts = urlsplit(text)
    encryption = Encryption(parts.scheme)
    if not HOST.fullmatch(parts.hostname or "") or parts.path.strip("/") or "?" in text:
        raise ValueError
    port = PORTS[encryption] if parts.port is None else parts.port
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return SmtpAddress(encryption, parts.hostname or "", port, user, password)
