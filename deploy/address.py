"""The address that the system listens on: may it, and does the system answer there?"""

import errno
import ipaddress
import socket
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import Final

import msgspec
from msgspec import Struct

from deploy.settings import Settings

PATIENCE: Final = 5.0  # seconds for one answer


class AddressRefused(Exception):
    """Nothing can listen there; the message is a sentence that says why and what to do."""


class Readiness(Struct, frozen=True):
    """Whether the system is ready, and what it says where it is not."""

    is_ready: bool
    detail: str


class _Problem(Struct):
    detail: str = ""


def refuse_unusable_address(settings: Settings) -> None:
    """Raise `AddressRefused` unless a server can listen on the host and port of `settings`."""
    is_new = ipaddress.ip_address(settings.host).version == 6
    with socket.socket(socket.AF_INET6 if is_new else socket.AF_INET) as probe:
        # Otherwise a port that was in use a moment ago would count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise AddressRefused(_sentence(error, settings)) from error


def readiness(settings: Settings) -> Readiness:
    """What the system at the address of `settings` answers about itself."""
    host, port = settings.address.removeprefix("http://").rsplit(":", 1)
    try:
        with closing(HTTPConnection(host.strip("[]"), int(port), timeout=PATIENCE)) as connection:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            body = answer.read()
    except (OSError, HTTPException):
        return Readiness(is_ready=False, detail=f"Nothing answers at {settings.address}.")
    try:
        detail = msgspec.json.decode(body, type=_Problem).detail
    except msgspec.DecodeError:
        detail = ""
    return Readiness(answer.status == 200, detail or f"It answers with status {answer.status}.")


def _sentence(error: OSError, settings: Settings) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"Port {settings.port} on {settings.host} is taken by another program."
                " Stop that one, or choose another port with TRACKER_PORT."
            )
        case errno.EADDRNOTAVAIL:
            return f"{settings.host} is no address of this machine. Choose one with TRACKER_HOST."
        case errno.EACCES:
            return (
                f"Port {settings.port} needs more rights than this user has."
                " Choose one above 1023 with TRACKER_PORT."
            )
        case _:
            return f"Nothing can listen on {settings.host}:{settings.port}: {error.strerror}."
