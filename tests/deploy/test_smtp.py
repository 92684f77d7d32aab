"""Letters over SMTP, to real servers on this machine."""

import ssl
from pathlib import Path

import pytest
from msgspec.structs import replace

from command_api.mails.carrying import Away, Doubtful, PutOff, Refused
from deploy.smtp import SmtpServer
from deploy.smtp_address import Encryption, SmtpAddress
from tests.command_api.mails.test_letters import LETTER
from tests.mail_servers import PASSWORD, USER, Behaviour, MailServer, self_signed, serving, sign_in

pytestmark = pytest.mark.anyio


def way_to(
    server: MailServer,
    encryption: Encryption = Encryption.STARTTLS,
    host: str = "127.0.0.1",
    *,
    tls: ssl.SSLContext | None = None,
    user: str = "",
    password: str = "",
    answer_seconds: float = 10.0,
) -> SmtpServer:
    address = SmtpAddress(encryption, host, server.port, user, password)
    return SmtpServer(address, "example.com", tls=tls, answer_seconds=answer_seconds)


async def test_letters_arrive_as_they_were_written() -> None:
    with serving(MailServer()) as server:
        delivery = await way_to(server).open()
        await delivery.hand_over(LETTER)
        await delivery.hand_over(replace(LETTER, recipient="zizou@example.net"))
        await delivery.close()
    assert server.contents[0] == LETTER.message().as_bytes()
    assert [letter["To"] for letter in server.letters] == ["amina@example.net", "zizou@example.net"]


async def test_a_refused_letter_does_not_keep_the_next_from_arriving() -> None:
    with serving(MailServer(Behaviour.REFUSES)) as server:
        delivery = await way_to(server).open()
        with pytest.raises(Refused, match=r"The server answered 550\.$"):
            await delivery.hand_over(LETTER)
        server.behaviour = Behaviour.PUTS_OFF
        with pytest.raises(PutOff, match=r"The server answered 451\.$"):
            await delivery.hand_over(LETTER)
        server.behaviour = Behaviour.TAKES
        await delivery.hand_over(LETTER)
        await delivery.close()
    assert len(server.contents) == 1


async def test_a_server_that_takes_nothing_from_us_is_away() -> None:
    with serving(MailServer(Behaviour.REFUSES_SENDER)) as server:
        delivery = await way_to(server).open()
        with pytest.raises(Away, match="takes no mail from us"):
            await delivery.hand_over(LETTER)
        await delivery.close()


@pytest.mark.parametrize("behaviour", [Behaviour.HANGS, Behaviour.DROPS])
async def test_without_an_answer_nobody_knows_whether_it_arrived(behaviour: Behaviour) -> None:
    with serving(MailServer(behaviour)) as server:
        delivery = await way_to(server, answer_seconds=1.0).open()
        with pytest.raises(Doubtful, match="No answer was heard"):
            await delivery.hand_over(LETTER)
        await delivery.close()
    assert len(server.contents) == 1


async def test_where_nobody_listens_the_server_is_away() -> None:
    with pytest.raises(Away, match="cannot be used: SMTPConnectError"):
        await way_to(MailServer()).open()


async def test_who_has_to_sign_in_does(tmp_path: Path) -> None:
    context = self_signed(tmp_path)
    tls = ssl.create_default_context(cafile=tmp_path / "certificate.pem")
    more = {"authenticator": sign_in, "auth_required": True, "tls_context": context}
    with serving(MailServer(), **more) as server:
        delivery = await way_to(server, tls=tls, user=USER, password=PASSWORD).open()
        await delivery.hand_over(LETTER)
        await delivery.close()
        with pytest.raises(Away, match="SMTPAuthenticationError 535"):
            await way_to(server, tls=tls, user=USER, password="guess").open()
    assert len(server.contents) == 1


async def test_a_trusted_certificate_is_taken(tmp_path: Path) -> None:
    context = self_signed(tmp_path)
    trusting = ssl.create_default_context(cafile=tmp_path / "certificate.pem")
    for encryption, more in (
        (Encryption.TLS, {"ssl_context": context}),
        (Encryption.STARTTLS, {"tls_context": context, "require_starttls": True}),
    ):
        with serving(MailServer(), **more) as server:
            delivery = await way_to(server, encryption, tls=trusting).open()
            await delivery.hand_over(LETTER)
            await delivery.close()
        assert len(server.contents) == 1


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    context = self_signed(tmp_path)
    for encryption, more in (
        (Encryption.TLS, {"ssl_context": context}),
        (Encryption.STARTTLS, {"tls_context": context}),
    ):
        with (
            serving(MailServer(), **more) as server,
            pytest.raises(Away, match="certificate is not trusted: self-signed certificate"),
        ):
            await way_to(server, encryption, user=USER, password=PASSWORD).open()


async def test_nothing_is_sent_in_clear_to_another_machine_unless_the_address_says_so() -> None:
    with serving(MailServer()) as server:
        # It leads here as well, but is not known to.
        with pytest.raises(Away, match="STARTTLS extension not supported"):
            await way_to(server, host="0.0.0.0", user=USER, password=PASSWORD).open()  # noqa: S104
        delivery = await way_to(server, Encryption.NONE, host="0.0.0.0").open()  # noqa: S104
        await delivery.hand_over(LETTER)
        await delivery.close()
    assert len(server.contents) == 1
