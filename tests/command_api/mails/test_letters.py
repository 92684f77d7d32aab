"""What a letter looks like on its way."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.headerregistry import AddressHeader
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from command_api.accounts.addresses import is_address
from command_api.mails.kinds import CONFIRMATION_REMINDER, KINDS, Kind
from command_api.mails.letters import Letter
from command_api.mails.tokens import fingerprint, token_of
from command_api.mails.words import Links

KEY = bytes(range(32))
MAIL_ID = UUID(int=7)
LINKS = Links(app="https://app.example.com", api="https://api.example.com")
LETTER = Letter(
    id=MAIL_ID,
    kind="verification",
    asked_at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
    sender="tracker@example.com",
    recipient="amina@example.net",
    words=KINDS["verification"].write(LINKS, "secret"),
)
HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Content-Type",
    "Content-Transfer-Encoding",
    "MIME-Version",
]

words = st.text("abcXYZ019!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=30)
labels = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?", fullmatch=True)
addresses = st.builds(
    lambda before, after: f"{'.'.join(before)}@{'.'.join(after)}",
    st.lists(words, min_size=1, max_size=2),
    st.lists(labels, min_size=2, max_size=3),
).filter(is_address)


WITH_TOKEN = {name: kind for name, kind in KINDS.items() if kind.token_life}


@pytest.mark.parametrize("kind", WITH_TOKEN.values(), ids=WITH_TOKEN)
def test_every_kind_holds_its_link_unbroken_and_its_token_alone(kind: Kind) -> None:
    token = token_of(KEY, kind.name, MAIL_ID)
    lines = replace(LETTER, words=kind.write(LINKS, token)).message().as_bytes().split(b"\r\n")
    [link] = [line for line in lines if line.startswith(b"https://app.example.com/")]
    assert link.endswith(f"?token={token}".encode())
    assert lines.count(token.encode()) == 1


def test_a_reminder_leads_to_the_matches_and_holds_no_secret() -> None:
    lines = CONFIRMATION_REMINDER.write(LINKS, "").text.splitlines()
    assert [line for line in lines if "://" in line] == ["https://app.example.com/matches"]


def test_its_headers_name_nobody_but_by_address() -> None:
    message = message_from_bytes(LETTER.message().as_bytes(), policy=policy.default)
    assert message.keys() == HEADERS
    assert message["From"] == "eFootball Match Tracker <tracker@example.com>"
    assert message["To"] == "amina@example.net"
    assert message["Message-ID"] == f"<{MAIL_ID}@example.com>"
    assert message["Date"].datetime == LETTER.asked_at
    assert message.get_content_type() == "text/plain"


def test_written_again_it_is_the_same() -> None:
    assert LETTER.message().as_bytes() == LETTER.message().as_bytes()


@given(addresses)
def test_any_address_that_is_taken_is_the_one_recipient(address: str) -> None:
    content = replace(LETTER, recipient=address).message().as_bytes()
    message = message_from_bytes(content, policy=policy.default)
    assert message.keys() == HEADERS
    to = message["To"]
    assert isinstance(to, AddressHeader)
    assert [each.addr_spec for each in to.addresses] == [address]
    assert f"To: {address}\r\n".encode() in content


@pytest.mark.parametrize("address", ["a@example.com\r\nBcc: b@example.com", "a@b.c\n\nHello"])
def test_an_address_cannot_bring_a_header(address: str) -> None:
    with pytest.raises(ValueError, match="invalid"):
        replace(LETTER, recipient=address).message()


def test_a_token_is_of_its_mail_its_kind_and_the_key() -> None:
    tokens = {
        token_of(KEY, "a", MAIL_ID),
        token_of(KEY, "b", MAIL_ID),
        token_of(KEY, "a", UUID(int=8)),
        token_of(bytes(32), "a", MAIL_ID),
    }
    assert len(tokens) == len({fingerprint(token) for token in tokens}) == 4
    assert {len(token) for token in tokens} == {43}  # 256 bits
