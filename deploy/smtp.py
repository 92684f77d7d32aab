"""Mail leaves by SMTP: over TLS with a checked certificate, unless the address says otherwise.

Nothing that the server says is repeated: it likes to name the address it talks about.
"""

import asyncio
import ssl
from contextlib import suppress
from typing import Final

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from command_api.mails.carrying import Away, Doubtful, PutOff, Refused
from command_api.mails.letters import Letter
from deploy.smtp_address import Encryption, SmtpAddress

ANSWER_SECONDS: Final = 60.0
FAREWELL_SECONDS: Final = 2.0
NEVER: Final = 500  # answers from here on are final (RFC 5321, 4.2.1)


class SmtpServer:
    """The server that takes our letters. Handed over twice, a letter may arrive twice."""

    repeats_harmlessly = False

    def __init__(
        self,
        address: SmtpAddress,
        name: str,
        *,
        tls: ssl.SSLContext | None = None,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        """`name` is how we introduce ourselves, a domain; `tls` is for other than public trust."""
        self._address = address
        self._name = name
        self._tls = tls
        self._answer_seconds = answer_seconds

    async def open(self) -> "SmtpDelivery":
        """Connect, encrypt and sign in; raises `Away`."""
        address = self._address
        smtp = SMTP(
            hostname=address.host,
            port=address.port,
            username=address.user or None,
            password=address.password or None,
            local_hostname=self._name,
            use_tls=address.encryption is Encryption.TLS,
            start_tls=_start_tls(address),
            tls_context=self._tls or ssl.create_default_context(),
            timeout=self._answer_seconds,
        )
        try:
            await smtp.connect()
        except (SMTPException, OSError) as error:
            raise Away(_why(error)) from None
        except asyncio.CancelledError:
            smtp.close()
            raise
        return SmtpDelivery(smtp)


class SmtpDelivery:
    """A connection to the server."""

    def __init__(self, smtp: SMTP) -> None:
        self._smtp = smtp

    async def hand_over(self, letter: Letter) -> None:
        """Hand a letter over; raises `NotCarried`."""
        try:
            await self._address_envelope(letter)
            await self._give_content(letter)
        except (PutOff, Refused):
            with suppress(SMTPException, OSError):  # the next one will see
                await self._smtp.rset()
            raise
        except (Away, Doubtful, asyncio.CancelledError):
            self._smtp.close()
            raise

    async def close(self) -> None:
        """Say goodbye, if there is still somebody to say it to."""
        try:
            if self._smtp.is_connected:
                with suppress(SMTPException, OSError):
                    await self._smtp.quit(timeout=FAREWELL_SECONDS)
        finally:
            self._smtp.close()

    async def _address_envelope(self, letter: Letter) -> None:
        try:
            await self._smtp.mail(letter.sender)
            await self._smtp.rcpt(letter.recipient)
        except SMTPSenderRefused as error:  # all the others would be refused as well
            raise Away(f"The server takes no mail from us ({error.code}).") from None
        except SMTPRecipientRefused as error:
            raise _answered(error) from None
        except (SMTPException, OSError) as error:
            raise Away(_why(error)) from None

    async def _give_content(self, letter: Letter) -> None:
        try:
            await self._smtp.data(letter.message().as_bytes())
        except SMTPDataError as error:
            raise _answered(error) from None
        except (SMTPException, OSError) as error:
            raise Doubtful(f"No answer was heard after the content. {_why(error)}") from None


def _start_tls(address: SmtpAddress) -> bool | None:
    """Whether to insist on STARTTLS; None: only if it is offered, for nobody else listens."""
    if address.encryption is not Encryption.STARTTLS:
        return False
    return None if address.is_on_this_machine else True


def _answered(error: SMTPResponseException) -> PutOff | Refused:
    said = f"The server answered {error.code}."
    return Refused(said) if error.code >= NEVER else PutOff(said)


def _why(error: Exception) -> str:
    cause = error
    while isinstance(cause.__cause__, Exception):
        cause = cause.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"The mail server's certificate is not trusted: {cause.verify_message}."
    if type(error) is SMTPException:  # the library's own words; those of the server have kinds
        return f"The mail server cannot be used: {error.message}"
    code = f" {error.code}" if isinstance(error, SMTPResponseException) else ""
    return f"The mail server cannot be used: {type(error).__name__}{code}."
