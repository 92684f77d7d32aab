"""All operations of the command API, and the shapes of what they take and give."""

from typing import Final

from command_api.accounts import mail_operations as mail
from command_api.accounts import operations as accounts
from command_api.confirmations import operations as confirmations
from command_api.matches import operations as matches
from command_api.matches import sent_shapes
from command_api.previews import operations as previews
from command_api.tickets import operations as tickets

OPERATIONS: Final = (
    *accounts.OPERATIONS,
    *mail.OPERATIONS,
    *matches.OPERATIONS,
    *confirmations.OPERATIONS,
    *previews.OPERATIONS,
    *tickets.OPERATIONS,
)
SHAPES: Final = (*accounts.SHAPES, *mail.SHAPES, *sent_shapes.SHAPES, *confirmations.SHAPES)
SCHEMAS: Final = sent_shapes.SCHEMAS
