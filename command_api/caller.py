"""Where a request comes from: the socket's peer, or whom a trusted proxy names."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

from events.web import WebRequest


class Caller:
    """Tells the client's address; the word of `proxies` alone is taken for others."""

    def __init__(self, proxies: Sequence[IPv4Network | IPv6Network] = ()) -> None:
        self._proxies = proxies

    def address(self, request: WebRequest) -> str:
        """The address of the client, for counting; ``unknown`` where the server knows none."""
        peer = request.client.host if request.client else "unknown"
        forwarded = request.headers.get("x-forwarded-for", "").split(",")
        # The last entry is what the nearest proxy saw itself; those before are hearsay.
        while self._is_trusted(peer) and forwarded and forwarded[-1].strip():
            peer = forwarded.pop().strip()
        return peer

    def _is_trusted(self, address: str) -> bool:
        try:
            ip = ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self._proxies)
