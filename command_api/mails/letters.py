"""A letter: one mail with its words and its address, and the message that it becomes."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final
from uuid import UUID

from msgspec import Struct

from command_api.mails.words import Words

NAME_OF_SENDER: Final = "eFootball Match Tracker"
# Lines as they are: a folded link is a broken link. The longest here is far from SMTP's 998.
UNFOLDED: Final = SMTP.clone(max_line_length=None)


class Letter(Struct, frozen=True):
    """A letter from the address `sender` to the address `recipient`."""

    id: UUID
    kind: str
    asked_at: datetime
    sender: str
    recipient: str
    words: Words

    def message(self) -> EmailMessage:
        """The message: byte for byte the same each time, for it may be sent once more.

        Nothing that a player chose stands in its headers but the address.
        """
        message = EmailMessage(UNFOLDED)
        message["From"] = Address(NAME_OF_SENDER, addr_spec=self.sender)
        message["To"] = Address(addr_spec=self.recipient)
        message["Subject"] = self.words.subject
        message["Date"] = self.asked_at
        message["Message-ID"] = f"<{self.id}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no reply by machines
        message.set_content(self.words.text, cte="7bit")
        return message
