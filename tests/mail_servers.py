"""Mail servers on this machine that take letters, or do with them what servers do."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum, auto
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.x509.oid import NameOID

from tests.deploy.processes import free_port

USER, PASSWORD = "tracker@example.com", "p:/w"


class Behaviour(Enum):
    TAKES = auto()
    REFUSES = auto()  # the recipient, for ever
    PUTS_OFF = auto()
    REFUSES_SENDER = auto()
    HANGS = auto()  # with the content, which it keeps
    DROPS = auto()  # the connection, with the content, which it keeps


class MailServer:
    """What a server got, in order, and how it behaves from now on."""

    def __init__(self, behaviour: Behaviour = Behaviour.TAKES) -> None:
        self.port = free_port()
        self.behaviour = behaviour
        self.contents: list[bytes] = []

    @property
    def letters(self) -> list[EmailMessage]:
        return [message_from_bytes(each, policy=policy.default) for each in list(self.contents)]

    @property
    def message_ids(self) -> list[str]:
        return [str(letter["Message-ID"]) for letter in self.letters]

    async def handle_MAIL(self, *received: Any) -> str:  # noqa: N802 - aiosmtpd's name
        _server, _session, envelope, address, _options = received
        if self.behaviour is Behaviour.REFUSES_SENDER:
            return f"550 We do not know {address}"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, *received: Any) -> str:  # noqa: N802
        _server, _session, envelope, address, _options = received
        if self.behaviour is Behaviour.REFUSES:
            return f"550 We do not know {address}"
        if self.behaviour is Behaviour.PUTS_OFF:
            return f"451 Not now, {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, *received: Any) -> str:  # noqa: N802
        server, _session, envelope = received
        self.contents.append(envelope.content)
        if self.behaviour is Behaviour.HANGS:
            await asyncio.Event().wait()
        if self.behaviour is Behaviour.DROPS:
            server.transport.abort()
        return "250 OK"


@contextmanager
def serving(server: MailServer, **more: Any) -> Iterator[MailServer]:
    """Let a server listen until the end of the block; `more` is for aiosmtpd."""
    controller = Controller(server, hostname="127.0.0.1", port=server.port, **more)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def sign_in(*received: Any) -> AuthResult:
    """Let `USER` in with `PASSWORD`."""
    who = received[-1]
    is_right = who == LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


def self_signed(folder: Path) -> ssl.SSLContext:
    """What a server shows that nobody trusts; ``certificate.pem`` is for those who shall."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context
