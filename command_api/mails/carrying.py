"""What the sender needs of whoever carries letters away, and what can become of a letter."""

from typing import Protocol

from command_api.mails.letters import Letter


class NotCarried(Exception):
    """A letter was not carried away; the message is a sentence of ours, without the address."""


class Away(NotCarried):
    """No letter can be handed over now; none was."""


class PutOff(NotCarried):
    """This letter is not taken now."""


class Refused(NotCarried):
    """This letter is never taken."""


class Doubtful(NotCarried):
    """Perhaps the letter was taken: the answer was not heard."""


class Delivery(Protocol):
    """An open way to hand letters over."""

    async def hand_over(self, letter: Letter) -> None:
        """Hand it over; raises `NotCarried`. After `Away` and `Doubtful` the way is closed."""

    async def close(self) -> None:
        """Let go of the way; raises nothing."""


class Carrier(Protocol):
    """Carries letters away. `repeats_harmlessly`: what is handed over twice arrives once."""

    repeats_harmlessly: bool

    async def open(self) -> Delivery:
        """Open a way; raises `Away`."""
