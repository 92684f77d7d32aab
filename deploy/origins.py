"""Origins: which pages a browser lets read answers, in the one spelling that browsers send."""

import ipaddress
import re
from typing import Final

GREATEST_PORT: Final = 65535
USUAL_PORTS: Final = {"http": "80", "https": "443"}
_LABEL: Final = r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?"
_ORIGIN: Final = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{_LABEL}(\.{_LABEL})*|\[[0-9a-f:.]+\])"
    r"(:(?P<port>[1-9][0-9]{0,4}))?"
)


def is_origin(text: str) -> bool:
    """Whether a browser sends an origin in this spelling (RFC 6454, 6.2)."""
    found = _ORIGIN.fullmatch(text)
    if found is None:
        return False
    scheme, host, port = found["scheme"], found["host"], found["port"]
    if port is not None and (int(port) > GREATEST_PORT or port == USUAL_PORTS[scheme]):
        return False
    if host.startswith("["):
        return _is_spelt(host[1:-1])
    # Where the last label is a number, browsers read an IPv4 address.
    return _is_spelt(host) if host.rpartition(".")[2].isdigit() else True


def _is_spelt(ip: str) -> bool:
    """Whether an address of a machine has its one spelling."""
    try:
        return str(ipaddress.ip_address(ip)) == ip
    except ValueError:
        return False
