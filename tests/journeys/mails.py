"""The mails of a running copy that has no mail server: files in its data folder."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

from tests.deploy.processes import wait_for
from tests.journeys.copies import Copy


def mails_to(copy: Copy, email: str, kind: str) -> list[EmailMessage]:
    """The mails of a kind to an address, in the order of asking."""
    files = sorted((copy.folder / "mail").glob(f"*-{kind}-*.eml"))
    mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    return [mail for mail in mails if mail["To"] == email]


def mailed_token(copy: Copy, email: str, kind: str, number: int = 1) -> str:
    """Wait for the mail of this number, and give the token in its link."""
    wait_for(lambda: len(mails_to(copy, email, kind)) >= number)
    [token] = re.findall(r"\?token=(\S+)", mails_to(copy, email, kind)[-1].get_content())
    return str(token)
