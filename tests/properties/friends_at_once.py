"""Several deeds at the same moment: however they come out, it is as if they came one by one."""

import asyncio
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule

from events.base import Cause
from events.matches import FriendErased, MatchErased, MatchEvent
from tests.properties import friends_sayings as told
from tests.properties.friends_acting import Action
from tests.properties.friends_deeds import done_of, outcome_of
from tests.properties.friends_machine import FriendsMachine, anybody, numbers

KINDS: Final = (
    *("confirm", "confirm", "confirm_shared", "dispute", "dispute_shared", "attach", "correct"),
    *("correct", "ask", "withdraw", "remove", "restore", "hear", "remove_joined"),
)
READING: Final = {
    "left": "Dortmund",
    "right": None,
    "score": (1, 0),
    "penalties": None,
    "stats": {"shots": (1, 2)},
}
deeds = st.lists(
    st.tuples(st.sampled_from(KINDS), anybody, told.corrections, told.disputes),
    min_size=2,
    max_size=4,
)


class AtOnceMachine(FriendsMachine):
    """The same players, who sometimes do things at once."""

    @rule(
        which=numbers,
        other=numbers,
        deeds=deeds,
        leaving=st.sampled_from([None] * 8 + [0, 1]),
    )
    def do_at_once(self, which: int, other: int, deeds: Any, leaving: int | None) -> None:
        """Players of a match whose code is known, and perhaps one whose account ends meanwhile."""
        match_id, code = self._code(which)
        joined = self._match(other)
        actions = [self._action(match_id, code, joined, *deed) for deed in deeds]
        gone = None if leaving is None else self._seated(match_id, leaving)
        if len(self.model.players) == 1:
            gone = None
        self.project_all()
        self.system.run(self._at_once(actions, gone))
        self.all_in_log()
        if gone:
            self.project_all()
            self.system.run(self._at_once([], gone))
            self.all_in_log()

    def _action(
        self, match_id: UUID, code: str, joined: UUID, kind: str, seat: int, said: Any, why: Any
    ) -> Action:
        player, acting = self._seated(match_id, seat), self.acting
        named = {"match_id": None if joined == match_id else joined}
        match = self.model.matches[match_id]
        asked = match["attached"]["asked"] if match["attached"] else match["asked"]
        owner = self.model.matches[joined]["owner"]
        return {
            "confirm": lambda: acting.confirm(match_id, player, code, named, None),
            "confirm_shared": lambda: acting.confirm(match_id, player, None, {}, None),
            "dispute": lambda: acting.dispute(match_id, player, code, why, None),
            "dispute_shared": lambda: acting.dispute(match_id, player, None, why, None),
            "attach": lambda: acting.attach(match_id, player, code, None),
            "correct": lambda: acting.correct(match_id, player, said, None),
            "ask": lambda: acting.ask(match_id, player, None),
            "withdraw": lambda: acting.withdraw(match_id, player, None),
            "remove": lambda: acting.remove(match_id, player, None),
            "restore": lambda: acting.restore(match_id, player, None),
            "hear": lambda: acting.hear(match_id, asked or 1, READING, None),
            "remove_joined": lambda: acting.remove(joined, owner, None),
        }[kind]()

    async def _at_once(self, actions: list[Action], gone: UUID | None) -> None:
        """Do it, and on the model in the order of the log."""
        causes = [self.cause_of(action) for action in actions]
        if gone and gone not in self.model.gone:
            await self.system.end(gone)
            self.model.goes(gone)
        processes = self.system.processes
        outcomes, _ = await asyncio.gather(
            asyncio.gather(
                *(
                    outcome_of(action.do(processes[number % 2], cause, cause.command_id.bytes))
                    for number, (action, cause) in enumerate(zip(actions, causes, strict=True))
                )
            ),
            self._take_away(gone),
        )
        written = await asyncio.to_thread(self._written)
        for cause, outcome in zip(causes, outcomes, strict=True):
            position = None if isinstance(outcome, str) else done_of(outcome).position
            assert position == written.get(cause.command_id, (None, []))[0]
        known = {
            cause.command_id: (action, cause) for action, cause in zip(actions, causes, strict=True)
        }
        for command_id, (_, events) in written.items():
            before = self.model.events
            if command_id in known:
                self._on_model(*known[command_id])
            else:
                self._erased(gone, events)
            assert self.model.events == before + len(events)

    async def _take_away(self, gone: UUID | None) -> None:
        if gone:
            await self.system.erasing.take_away(gone)

    def _written(self) -> dict[UUID, tuple[int, list[MatchEvent]]]:
        """What is new in the log, by command: the last position, and the events."""
        new = self.system.log.read(self.model.events, 500)
        written: dict[UUID, tuple[int, list[MatchEvent]]] = {}
        for command_id, group in groupby(new, lambda each: each.event.cause.command_id):
            batch = list(group)
            assert command_id not in written, "a command is one batch"
            written[command_id] = (batch[-1].position, [each.event for each in batch])
        return written

    def _on_model(self, action: Action, cause: Cause) -> None:
        action.hurdle()
        action.on_model(cause)

    def _erased(self, gone: UUID | None, events: list[MatchEvent]) -> None:
        assert gone
        (event,) = events
        assert isinstance(event, MatchErased | FriendErased)
        self.model.erase_from(event.match_id, gone)
