"""What two players do about one match, a step at a time, repeated until it is answered."""

import select
import time
from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import uuid4

import httpx

from tests.journeys.pictures import noise
from tests.journeys.players import Player

PATIENCE: Final = 30.0  # seconds; only a broken system needs them
PAUSE: Final = 0.05  # seconds between two tries
CONFIRMED: Final = ("match.screenshot_uploaded.v1", "match.stats_confirmed.v1")
ASKED: Final = ("match.confirmation_requested.v1",)
CORRECTED: Final = "match.stats_corrected.v1"


class Workflow:
    """One match of an owner and a friend, who ask, answer, correct and remove.

    `expected` are the kinds of events that the steps taken so far lead to, and `position` is that
    of the last one that was told. `picture` is the screenshot that the friend attaches.
    """

    def __init__(self, owner: Player, friend: Player) -> None:
        self.owner, self.friend = owner, friend
        self.expected = list(CONFIRMED)
        self.position = 0
        self.path = ""
        self.picture = noise()
        self._code = ""
        self._next = 0
        self._begin()

    @property
    def is_verified(self) -> bool:
        """Whether the last answer says that the numbers are right."""
        return self._next in {6, 8, 9, 10}

    @property
    def is_in_both_lists(self) -> bool:
        """Whether the friend's list shows the match as well."""
        return self._next in {6, 7, 8, 10}

    @property
    def score(self) -> tuple[int, int]:
        """The owner's goals and the friend's."""
        return (4 if self._next < 3 else 3, 2 if self._next < 7 else 1)

    def step(self) -> None:
        """Take the next step, however often it has to be sent."""
        step, kinds = STEPS[self._next]
        step(self)
        self.expected += kinds
        self._next += 1

    def advance(self, steps: int) -> None:
        """Take the next `steps`."""
        for _ in range(steps):
            self.step()

    def _begin(self) -> None:
        answer = self.owner.upload(noise(), score_user="4", score_opponent="2")
        assert answer.status_code == 201, answer.text
        self.path = answer.headers["Location"]

    def _ask(self) -> None:
        answer = self._once(self.owner, f"{self.path}confirmation/", {201})
        self._code = f"/api/confirmations/{answer.json()['code']}/"

    def _dispute(self) -> None:
        said = {"reason": "It was three.", "score_user": 2, "score_opponent": 3}
        self._once(self.friend, f"{self._code}dispute/", json=said)

    def _attach(self) -> None:
        # A new reader for each try: the last one was read to its end, or half.
        sent = {"screenshot": ("mine.png", self.picture, "image/png")}
        self._once(self.friend, f"{self._code}screenshot/", files=sent)

    def _confirm(self) -> None:
        self._once(self.friend, f"{self._code}confirm/")

    def _confirm_again(self) -> None:
        self._once(self.owner, f"{self.path}confirmation/confirm/")

    def _correct(self) -> None:
        self._correct_by(self.owner, {"score_user": 3})

    def _correct_again(self) -> None:
        self._correct_by(self.friend, {"score_user": 1})

    def _remove(self) -> None:
        """Told that there is no such match, one knows that an earlier try was taken."""
        answered(lambda: self.friend.http.delete(self.path), {204, 404})

    def _restore(self) -> None:
        self._once(self.friend, f"{self.path}restore/")

    def _once(
        self, player: Player, path: str, statuses: set[int] | None = None, **content: Any
    ) -> httpx.Response:
        """Send it under one key until it is answered."""
        headers = {"Idempotency-Key": str(uuid4()), "Prefer": "respond-async"}
        answer = answered(
            lambda: player.http.post(path, headers=headers, **content), statuses or {200}
        )
        self.position = max(self.position, int(answer.headers.get("Event-Position", 0)))
        return answer

    def _correct_by(self, player: Player, numbers: dict[str, int]) -> None:
        """A condition tells whether an earlier try was taken: then the match is at another version.

        So it is after a reading as well, and then it is sent with that one.
        """

        def send() -> httpx.Response:
            # After a crash read models have to catch up: it may not be in the list yet.
            at_last = {"Event-Position": str(self.position)}
            match = answered(
                lambda: player.http.get(self.path, headers=at_last), {200}, again={404}
            )
            if match.json()["score_user"] == numbers["score_user"]:
                return match
            condition = {"If-Match": match.headers["ETag"]}
            return player.http.patch(self.path, json=numbers, headers=condition)

        answered(send, {200}, again={412})


STEPS: Final[Sequence[tuple[Callable[[Workflow], None], Sequence[str]]]] = (
    (Workflow._ask, ASKED),
    (Workflow._dispute, ("match.disputed.v1",)),
    (Workflow._correct, (CORRECTED, "match.confirmation_withdrawn.v1")),
    (Workflow._ask, ASKED),
    (Workflow._attach, ("match.screenshot_attached.v1",)),
    (Workflow._confirm, ("match.verified.v1",)),
    (Workflow._correct_again, (CORRECTED, *ASKED)),
    (Workflow._confirm_again, ("match.verified.v1",)),
    (Workflow._remove, ("match.removed_by_friend.v1",)),
    (Workflow._restore, ("match.restored_by_friend.v1",)),
)


def answered(
    send: Callable[[], httpx.Response], statuses: set[int], again: set[int] | None = None
) -> httpx.Response:
    """Send until there is an answer; it is one of `statuses`."""
    give_up_at = time.monotonic() + PATIENCE
    while True:
        assert time.monotonic() < give_up_at, "nobody answered"
        try:
            answer = send()
        except httpx.TransportError:
            select.select([], [], [], PAUSE)
            continue
        if answer.status_code in statuses:
            return answer
        assert answer.status_code in {503, *(again or ())}, answer.text
        select.select([], [], [], PAUSE)
