"""Sessions as plain lists of refresh tokens: the rules of signing in, said once more."""

from typing import Any


class Session:
    """A session: its tokens in the order in which they were given out."""

    def __init__(self, player: "Account", pair: dict[str, str]) -> None:
        self.player = player
        self.tokens = [pair["refresh"]]
        self.access = pair["access"]
        self.is_over = False

    def refreshed(self, token: str) -> str | None:
        """What giving `token` in leads to: "new", the last token again, or None for the end.

        The last one leads on. The one before it leads to the last again, which nobody has used.
        Anything older was stolen, or is used by a thief: that ends the session.
        """
        if self.is_over:
            return None
        age = len(self.tokens) - 1 - self.tokens.index(token)
        if age > 1:
            self.is_over = True
            return None
        return "new" if age == 0 else self.tokens[-1]


class Account:
    """A player by address, with the sessions begun so far."""

    def __init__(self, email: str, content: dict[str, Any]) -> None:
        self.email = email
        self.id = content["id"]
