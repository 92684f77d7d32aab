"""What players do with shared matches: on the real system by its use cases, and on the model."""

from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from command_api.confirmations.answering import Answering
from command_api.confirmations.use_cases import Asked
from command_api.matches.commands import (
    DeleteMatch,
    MatchCommand,
    RequestExtraction,
    RestoreMatch,
    UploadScreenshot,
)
from command_api.matches.executing import Done, existing
from command_api.matches.rules import decide
from events.base import Cause, event_id
from events.codes import new_code
from events.match import Match
from events.matches import MatchEvent
from events.stats import Side
from tests.conftest import MASTER_KEY
from tests.properties import sayings
from tests.properties.friends_model import FriendsModel
from tests.properties.friends_sayings import confirmation, dispute, outcome, picture
from tests.properties.friends_system import Process
from tests.properties.model import Shown

OCR: Final = "ocr"
Deed = Coroutine[Any, Any, Done | Asked]


class Action(Struct, frozen=True, kw_only=True):
    """What somebody does to a match, perhaps only if it is at `version`.

    `hurdle` comes before that condition, `on_model` after it; both raise `Refused`.
    """

    match_id: UUID
    actor: str
    hurdle: Callable[[], object]
    on_model: Callable[[Cause], object]
    do: Callable[[Process, Cause, bytes], Deed]
    version: int | None = None
    is_upload: bool = False

    @property
    def is_repeatable(self) -> bool:
        """Whether a repeat under the same id gives the same position."""
        return self.actor != OCR and not self.is_upload


class Acting:
    """Makes actions of what is to be done; `stale` is how far behind an `If-Match` is."""

    def __init__(self, model: FriendsModel) -> None:
        self._model = model

    def upload(self, match_id: UUID, details: Shown, said: Shown | None) -> Action:
        command = UploadScreenshot(
            match_id=match_id,
            owner_id=details["owner"],
            opponent_name=details["opponent_name"],
            screenshot=f"{match_id}",
            media_type="image/png",
            width=4,
            height=4,
            size=100,
            side=details["side"] and Side(details["side"]),
            played_at=details["played_at"],
            own_names=tuple(details["own_names"]),
        )
        confirmed = None if said is None else sayings.command(said)
        return Action(
            match_id=match_id,
            actor=_actor(details["owner"]),
            hurdle=_no_hurdle,
            on_model=lambda cause: self._model.upload(
                match_id, {**details, "created_at": cause.occurred_at}, said
            ),
            do=lambda at, cause, fingerprint: at.commands.begin(
                command, confirmed, cause, 0, fingerprint
            ),
            is_upload=True,
        )

    def correct(self, match_id: UUID, player: UUID, said: Shown, stale: int | None) -> Action:
        on_model = partial(self._model.correct, match_id, player, said)
        return self._change(match_id, player, sayings.command(said), on_model, stale)

    def remove(self, match_id: UUID, player: UUID, stale: int | None) -> Action:
        on_model = partial(self._model.remove, match_id, player)
        return self._change(match_id, player, DeleteMatch(), on_model, stale)

    def restore(self, match_id: UUID, player: UUID, stale: int | None) -> Action:
        on_model = partial(self._model.restore, match_id, player)
        return self._change(match_id, player, RestoreMatch(), on_model, stale)

    def read_again(self, match_id: UUID, player: UUID, stale: int | None) -> Action:
        on_model = partial(self._model.read_again, match_id, player)
        return self._change(match_id, player, RequestExtraction(), on_model, stale)

    def ask(self, match_id: UUID, player: UUID, stale: int | None) -> Action:
        version = self._version(match_id, stale)
        return Action(
            match_id=match_id,
            actor=_actor(player),
            hurdle=lambda: self._model.present(match_id, player),
            on_model=lambda cause: self._model.ask(match_id, player, code_of(match_id, cause)),
            do=lambda at, cause, fingerprint: at.confirmations.ask(
                match_id, player, cause, version, fingerprint
            ),
            version=version,
        )

    def withdraw(self, match_id: UUID, player: UUID, stale: int | None) -> Action:
        version = self._version(match_id, stale)
        return Action(
            match_id=match_id,
            actor=_actor(player),
            hurdle=lambda: self._model.present(match_id, player),
            on_model=lambda _: self._model.withdraw(match_id, player),
            do=lambda at, cause, _: at.confirmations.withdraw(match_id, player, cause, version),
            version=version,
        )

    def confirm(
        self, match_id: UUID, player: UUID, code: str | None, said: Shown, stale: int | None
    ) -> Action:
        return self._answer(
            match_id,
            player,
            code,
            stale,
            partial(self._model.confirm, match_id, player, code, said),
            lambda at, answering: at.confirmations.confirm(answering, confirmation(said)),
        )

    def dispute(
        self, match_id: UUID, player: UUID, code: str | None, said: Shown, stale: int | None
    ) -> Action:
        return self._answer(
            match_id,
            player,
            code,
            stale,
            partial(self._model.dispute, match_id, player, code, said),
            lambda at, answering: at.confirmations.dispute(answering, dispute(said)),
        )

    def attach(self, match_id: UUID, player: UUID, code: str | None, stale: int | None) -> Action:
        return self._answer(
            match_id,
            player,
            code,
            stale,
            partial(self._model.attach, match_id, player, code),
            lambda at, answering: at.confirmations.attach(answering, picture(), 0),
        )

    def hear(self, match_id: UUID, asked: int, reading: Any, failure: Any) -> Action:
        """An answer of the OCR, taken in as the inbox does."""
        command = outcome(event_id(match_id, asked), reading, failure)

        async def decision(found: Match | None, cause: Cause) -> Sequence[MatchEvent]:
            return decide(existing(found), command, cause)

        return Action(
            match_id=match_id,
            actor=OCR,
            hurdle=_no_hurdle,
            on_model=lambda _: self._model.hear(match_id, asked, reading, failure),
            do=lambda at, cause, _: at.executor.execute(match_id, decision, cause),
        )

    def _change(
        self,
        match_id: UUID,
        player: UUID,
        command: MatchCommand,
        on_model: Callable[[], object],
        stale: int | None,
    ) -> Action:
        version = self._version(match_id, stale)
        is_there = self._model.half if isinstance(command, RestoreMatch) else self._model.present
        return Action(
            match_id=match_id,
            actor=_actor(player),
            hurdle=lambda: is_there(match_id, player),
            on_model=lambda _: on_model(),
            do=lambda at, cause, fingerprint: at.commands.change(
                match_id, player, command, cause, version, fingerprint
            ),
            version=version,
        )

    def _answer(
        self,
        match_id: UUID,
        player: UUID,
        code: str | None,
        stale: int | None,
        on_model: Callable[[], object],
        do: Callable[[Process, Answering], Deed],
    ) -> Action:
        version = self._version(match_id, stale)
        return Action(
            match_id=match_id,
            actor=_actor(player),
            hurdle=lambda: self._model.refuse_closed(match_id, player, code),
            on_model=lambda _: on_model(),
            do=lambda at, cause, fingerprint: do(
                at, Answering(match_id, player, code, cause, version, fingerprint)
            ),
            version=version,
        )

    def _version(self, match_id: UUID, stale: int | None) -> int | None:
        return None if stale is None else self._model.matches[match_id]["version"] - stale


def code_of(match_id: UUID, cause: Cause) -> str:
    """The code that is made for whoever asks by this command."""
    return new_code(MASTER_KEY, match_id, cause.command_id)


def _actor(player: UUID) -> str:
    return f"player:{player}"


def _no_hurdle() -> None:
    """Nothing comes before."""
