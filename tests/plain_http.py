"""What clients of addresses without encryption are given, so that each costs next to nothing."""

import ssl
from typing import Final

# By default httpx reads the certificates of all authorities, which takes 30 ms for each client.
NO_CERTIFICATES: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
