"""Deeds of players who share matches, done on the system and on the model, and then compared."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from command_api.confirmations.use_cases import Asked
from command_api.matches.executing import Done
from events.base import Cause
from events.refusals import Refusal
from tests.examples import NOON
from tests.properties.friends_acting import Acting, Action, Deed, code_of
from tests.properties.friends_comparing import is_in_log
from tests.properties.friends_model import FriendsModel
from tests.properties.friends_system import FriendsSystem
from tests.properties.model import Refused

COMMANDS: Final = UUID(int=4)


class Deeds:
    """Does one after the other, each under a command of its own, from `begin_with` on."""

    model: FriendsModel
    acting: Acting

    def __init__(self, system: FriendsSystem) -> None:
        self.system = system
        self.commands = 0
        self.codes_given: list[tuple[UUID, str]] = []

    def begin_with(self, model: FriendsModel) -> None:
        """Begin with players who have no matches yet."""
        self.model = model
        self.acting = Acting(model)
        self.system.begin_with(model.names)

    def upload_by(self, player: UUID, details: Any, said: Any) -> UUID:
        match_id = uuid5(COMMANDS, f"match {self.commands}")
        self.act(self.acting.upload(match_id, {**details, "owner": player}, said))
        return match_id

    def ask_for(self, match_id: UUID, player: UUID, stale: int | None) -> str:
        """Even one who is refused may try the code that they would have got."""
        cause, asked = self.act(self.acting.ask(match_id, player, stale))
        code = code_of(match_id, cause)
        assert not isinstance(asked, Asked) or asked.code == code
        self.codes_given.append((match_id, code))
        return code

    def erase_player(self, player: UUID) -> None:
        """End an account, and take away what is left of it."""
        self.project_all()
        self.model.erase(player)
        self.system.run(self.system.end(player))
        self.system.run(self.system.erasing.take_away(player))
        self.all_in_log()
        self.project_all()
        assert self.system.run(self.system.erasing.take_away(player)) is None

    def act(self, action: Action) -> tuple[Cause, Done | Asked | str]:
        """Do it on both; a repeat of what was done changes nothing."""
        cause = self.cause_of(action)
        before = self.model.events
        expected = self._refusal(action, cause)
        process, other = self.system.processes
        fingerprint = cause.command_id.bytes
        outcome = self.system.run(outcome_of(action.do(process, cause, fingerprint)))
        if expected:
            assert outcome == expected
        else:
            assert isinstance(outcome, Done | Asked), outcome
            position = self.model.events if self.model.events > before else None
            # An upload that waits for its reading tells how far the read models are, if further.
            assert action.is_upload or done_of(outcome).position == position
        if self.commands % 4 == 0 and self.model.events > before:
            again = self.system.run(outcome_of(action.do(other, cause, fingerprint)))
            if action.is_repeatable and isinstance(again, Done | Asked):
                assert done_of(again).position == self.model.events
        is_in_log(self.system, self.model, action.match_id)
        return cause, outcome

    def cause_of(self, action: Action) -> Cause:
        """That of the next command."""
        self.commands += 1
        command_id = uuid5(COMMANDS, str(self.commands))
        return Cause(
            command_id=command_id,
            actor=action.actor,
            occurred_at=NOON + timedelta(minutes=self.commands),
            correlation_id=command_id,
            causation_id=command_id,
        )

    def project_all(self) -> None:
        head = self.system.log.head()
        while self.system.project(limit=7) < head:
            pass
        assert head == self.model.events

    def all_in_log(self) -> None:
        for match_id in self.model.matches:
            is_in_log(self.system, self.model, match_id)

    def _refusal(self, action: Action, cause: Cause) -> str | None:
        """Do it on the model; gives the kind of refusal if it is refused."""
        try:
            action.hurdle()
            match = self.model.matches.get(action.match_id)
            if match and action.version not in (None, match["version"]):
                return "VersionMismatch"
            action.on_model(cause)
        except Refused as refused:
            return str(refused)
        return None


async def outcome_of(deed: Deed) -> Done | Asked | str:
    """What was done, or the kind of refusal, which has a sentence."""
    try:
        return await deed
    except Refusal as refusal:
        return _kind(refusal)


def _kind(refusal: Refusal) -> str:
    sentence = str(refusal)
    assert sentence.endswith(".")
    assert sentence[0].isupper()
    assert all(each for fault in refusal.fields.values() for each in fault)
    return type(refusal).__name__


def done_of(outcome: Done | Asked) -> Done:
    return outcome.done if isinstance(outcome, Asked) else outcome
