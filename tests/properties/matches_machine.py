"""Random commands, readings and projecting, against the model after every step."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, precondition, rule

from command_api.matches.commands import (
    DeleteMatch,
    MatchCommand,
    RequestExtraction,
    RestoreMatch,
)
from command_api.matches.executing import Done
from tests.properties import sayings
from tests.properties.comparing import everything_fits, is_shown, shows
from tests.properties.matches_deeds import Attempt, MatchesDeeds
from tests.properties.system import System

PLAYERS: Final = tuple(UUID(int=number) for number in (1, 2, 3))
# Few, so that much happens to each.
MOST_MATCHES: Final = 4
OTHER: Final = b"another request"


class MatchesMachine(MatchesDeeds, RuleBasedStateMachine):
    """Players of two processes, the OCR and the projection, in any order."""

    matches = Bundle("matches")
    attempts = Bundle("attempts")

    def __init__(self, system: System) -> None:
        RuleBasedStateMachine.__init__(self)
        MatchesDeeds.__init__(self, system)

    @precondition(lambda self: len(self.model.matches) < MOST_MATCHES)
    @rule(
        target=matches,
        player=st.sampled_from(PLAYERS),
        details=sayings.upload_details,
        said=st.none() | sayings.sent_along,
        reading=st.none() | sayings.readings,
        minutes=st.integers(0, 2),
    )
    def upload(self, player: UUID, details: Any, said: Any, reading: Any, minutes: int) -> UUID:
        """An upload, with numbers or without; its reading may come while it waits."""
        self.clock += timedelta(minutes=minutes)
        cause = self.cause(player)
        match_id = uuid5(cause.command_id, "match")
        upload = sayings.upload(details, said)
        self.uploads[match_id] = (upload, cause)
        names = self.model.names_of(player, self.system.projected())
        known = {"owner": player, "created_at": cause.occurred_at, "own_names": names}
        self.model.upload(match_id, {**details, **known}, said)
        if reading and said is None:
            done = self.system.run(self.read_meanwhile(match_id, player, reading))
            self.model.answer(match_id, 1, reading, None)
        else:
            done = self.system.run(self.send_upload(self.system.commands, match_id, player))
        shows(done.match, self.model.matches[match_id])
        return match_id

    @rule(
        match_id=matches,
        which=st.sampled_from(["awaited", "awaited", "first", "last"]),
        reading=st.none() | sayings.readings,
        failure=sayings.failures,
        times=st.integers(1, 2),
    )
    def hear_from_ocr(
        self, match_id: UUID, which: str, reading: Any, failure: Any, times: int
    ) -> None:
        """An answer in time, late, or to something that was never asked; once or twice."""
        match = self.model.matches[match_id]
        asked = {"awaited": match["asked"] or 1, "first": 1, "last": match["version"]}[which]
        message = (
            sayings.read(match_id, asked, reading)
            if reading
            else sayings.failed(match_id, asked, failure)
        )
        self.model.answer(match_id, asked, reading, failure)
        self.system.run(self.system.answers(*[message] * times))
        self.is_in_log(match_id)

    @rule(
        target=attempts, match_id=matches, said=sayings.puts | sayings.patches, stale=sayings.stale
    )
    def confirm(self, match_id: UUID, said: Any, stale: int | None) -> Attempt:
        command = sayings.command(said)
        return self.ask_for(
            match_id,
            command,
            lambda: self.model.confirm(match_id, said),
            self.version(match_id, stale),
        )

    @rule(target=attempts, match_id=matches, command=sayings.plain_commands, stale=sayings.stale)
    def delete_restore_or_read_again(
        self, match_id: UUID, command: MatchCommand, stale: int | None
    ) -> Attempt:
        on_model = {
            DeleteMatch: self.model.delete,
            RestoreMatch: self.model.restore,
            RequestExtraction: self.model.read_again,
        }[type(command)]
        version = self.version(match_id, stale)
        return self.ask_for(match_id, command, lambda: on_model(match_id), version)

    @rule(attempt=attempts, fingerprint=st.none() | st.just(OTHER))
    def send_again(self, attempt: Attempt, fingerprint: bytes | None) -> None:
        """The same command once more, or another request under its id."""
        if attempt.cause.command_id not in self.positions:
            self.send(attempt)
            return
        outcome = self.outcome(
            self.system.others.change(
                attempt.match_id,
                attempt.player,
                attempt.command,
                attempt.cause,
                attempt.version,
                fingerprint or attempt.fingerprint,
            )
        )
        if fingerprint:
            assert outcome == "Unprocessable"
            return
        assert isinstance(outcome, Done), outcome
        assert outcome.position == self.positions[attempt.cause.command_id]
        shows(outcome.match, self.model.matches[attempt.match_id])

    @rule(match_id=matches, player=st.sampled_from(PLAYERS), command=sayings.commands)
    def upload_again_and_meddle(self, match_id: UUID, player: UUID, command: MatchCommand) -> None:
        """The upload's repeat changes nothing; to a stranger, a match is like none."""
        owner = self.model.matches[match_id]["owner"]
        again = self.outcome(self.send_upload(self.system.others, match_id, owner))
        assert isinstance(again, Done), again
        shows(again.match, self.model.matches[match_id])
        other = self.send_upload(self.system.others, match_id, owner, fingerprint=OTHER)
        assert self.outcome(other) == "Unprocessable"
        if player == owner:
            match_id = uuid5(match_id, "no match")
        asked = self.system.commands.change(match_id, player, command, self.cause(player))
        assert self.outcome(asked) == "NotFound"
        assert self.system.log.head() == len(self.model.log)

    @rule(match_id=matches, first=sayings.puts, second=sayings.puts, stale=sayings.stale)
    def correct_in_two_places(
        self, match_id: UUID, first: Any, second: Any, stale: int | None
    ) -> None:
        """Of two who name the version they saw one is told; without it both are taken in turn."""
        match = self.model.matches[match_id]
        if match["deleted"]:
            return
        version = None if stale is None else match["version"]
        commands = (self.system.commands, self.system.others)
        both = (first, second)
        outcomes = self.system.run(self.at_once(match_id, both, commands, version))
        done = {
            outcome.match.version: said
            for outcome, said in zip(outcomes, both, strict=True)
            if isinstance(outcome, Done)
        }
        for version_now, said in sorted(done.items(), key=lambda item: item[0]):
            self.model.confirm(match_id, said)
            assert version_now == match["version"]
        assert len(done) == (1 if version else 2)
        assert "VersionMismatch" in outcomes or not version
        self.is_in_log(match_id)

    @rule(limit=st.sampled_from([1, 3, 500]))
    def project(self, limit: int) -> None:
        """What is projected wholly is what is shown."""
        if self.system.project(limit) == len(self.model.log):
            is_shown(self.system, self.model, PLAYERS)
            shown = self.system.commands.until_shown(len(self.model.log), seconds=5)
            assert self.system.run(shown)

    def teardown(self) -> None:
        everything_fits(self.system, self.model, PLAYERS)
