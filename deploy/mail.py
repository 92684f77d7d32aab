"""How mail leaves: by the server that is set, or into a folder; and what it is written with."""

import logging
from typing import Final

from command_api.erasing import SentLetters
from command_api.mails.carrying import Carrier
from command_api.mails.sender import Desk, Sender
from command_api.mails.words import Links
from deploy.mail_folder import FolderOfMails
from deploy.mail_key import mail_key
from deploy.settings import Settings
from deploy.smtp import SmtpServer
from deploy.smtp_address import smtp_address

FROM_THIS_MACHINE: Final = "tracker@localhost"

log = logging.getLogger(__name__)


def mail_sender(settings: Settings) -> Sender:
    """What sends the mails that are asked for."""
    links = Links(app=settings.app_address or settings.public, api=settings.public)
    desk = Desk(mail_key(settings), settings.mail_from or FROM_THIS_MACHINE, links)
    return Sender(settings.database, _carrier(settings), desk)


def sent_letters(settings: Settings) -> SentLetters:
    """The copies of letters that were sent: the folder is all there is of them."""
    return FolderOfMails(settings.mail)


def _carrier(settings: Settings) -> Carrier:
    if not settings.smtp:
        log.info("mails are written to %s", settings.mail)
        return FolderOfMails(settings.mail)
    domain = settings.mail_from.rpartition("@")[2]
    return SmtpServer(smtp_address(settings.smtp), domain)
