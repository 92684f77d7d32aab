"""The address of a mail server."""

import pytest

from deploy.smtp_address import Encryption, SmtpAddress, smtp_address


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("smtps://mail.example.com", SmtpAddress(Encryption.TLS, "mail.example.com", 465)),
        ("smtp://mail.example.com/", SmtpAddress(Encryption.STARTTLS, "mail.example.com", 587)),
        ("smtp+plain://[::1]:2525", SmtpAddress(Encryption.NONE, "::1", 2525)),
        ("smtp://u%40x:p%3A%2F@h:1", SmtpAddress(Encryption.STARTTLS, "h", 1, "u@x", "p:/")),
    ],
)
def test_it_says_where_and_how(text: str, meant: SmtpAddress) -> None:
    assert smtp_address(text) == meant


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("[::1]", True),
        ("192.168.1.5", False),
        ("mail.example.com", False),
        ("localhost.example.com", False),
    ],
)
def test_loopback_alone_is_this_machine(host: str, *, is_here: bool) -> None:
    assert smtp_address(f"smtp://{host}").is_on_this_machine is is_here
