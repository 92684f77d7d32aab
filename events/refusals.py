"""A refusal: the system understood and says no, with a sentence for the user."""


class Refusal(Exception):
    """The base of every refusal.

    `str(refusal)` is the sentence; `fields` holds more sentences by name of the field at fault.
    Each kind stands for one HTTP status; `events.web` maps them in one place.
    """

    def __init__(self, sentence: str, fields: dict[str, list[str]] | None = None) -> None:
        super().__init__(sentence)
        self.fields = fields or {}


class Invalid(Refusal):
    """What was sent cannot be used (400)."""


class Unauthenticated(Refusal):
    """Nobody known is asking (401)."""


class Forbidden(Refusal):
    """It is known who is asking, and that is not enough (403)."""


class NotFound(Refusal):
    """It is not there, or it is not yours (404)."""


class NotAcceptable(Refusal):
    """Only another kind of content than is asked for could be answered (406)."""


class Conflict(Refusal):
    """What is asked does not go with what happened before (409)."""


class VersionMismatch(Refusal):
    """`If-Match` names another version than the present one (412)."""


class RequestTimeout(Refusal):
    """The request did not come in time (408)."""


class TooLarge(Refusal):
    """More bytes than are taken (413)."""


class UnsupportedMedia(Refusal):
    """Not a kind of content that is read here (415)."""


class TooManyRequests(Refusal):
    """Asked too often (429); `retry_after` is in whole seconds."""

    def __init__(self, sentence: str, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class Unavailable(Refusal):
    """A server behind is down or too busy (503); `retry_after` is in whole seconds."""

    def __init__(self, sentence: str, retry_after: int = 1) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class Unprocessable(Refusal):
    """It was understood, but this content cannot be worked on (422)."""
