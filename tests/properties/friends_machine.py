"""Random deeds of three players who share matches, against the model after every one of them."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.properties import friends_sayings as told
from tests.properties import sayings
from tests.properties.friends_comparing import is_shown, nobody_else_sees
from tests.properties.friends_deeds import Deeds
from tests.properties.friends_model import FriendsModel
from tests.properties.friends_rows import nothing_is_left, rows_are_equal_however_projected
from tests.properties.friends_system import FriendsSystem

PLAYERS: Final = tuple(UUID(int=number) for number in (1, 2, 3))
MOST_MATCHES: Final = 4
REMINDING: Final = timedelta(days=3, hours=1)
EXPIRING: Final = timedelta(days=15)
# Who does something: the owner of a match, the friend or whoever may become it, the third player.
asking = st.sampled_from([0, 0, 0, 1, 1, 2])
answering = st.sampled_from([1, 1, 1, 2, 0])
numbers = st.integers(0, 3)
anybody = st.sampled_from([0, 0, 1, 1, 2])


class FriendsMachine(Deeds, RuleBasedStateMachine):
    """Players of two processes, the OCR, the projection and time, in any order."""

    def __init__(self, system: FriendsSystem) -> None:
        RuleBasedStateMachine.__init__(self)
        Deeds.__init__(self, system)

    @initialize(
        names=st.tuples(*[st.none() | sayings.names] * len(PLAYERS)),
        details=told.uploads,
        said=told.numbers,
        others=told.uploads,
        is_read=st.booleans(),
        reading=told.readings,
        is_confirmed=st.booleans(),
    )
    def begin(
        self,
        *,
        names: Any,
        details: Any,
        said: Any,
        others: Any,
        is_read: bool,
        reading: Any,
        is_confirmed: bool,
    ) -> None:
        """A match that the owner asks to confirm, and that the other player sent as well."""
        self.begin_with(FriendsModel(dict(zip(PLAYERS, names, strict=True))))
        self.upload_by(PLAYERS[0], details, said)
        code = self.ask_for(self._match(0), PLAYERS[0], None)
        self._upload_the_same(self._match(0), PLAYERS[1], others, reading if is_read else None)
        if is_confirmed:
            self._confirm(self._match(0), code, 1, {}, "unsaid", None)

    @precondition(lambda self: len(self.model.matches) < MOST_MATCHES)
    @rule(which=st.integers(0, 2), details=told.uploads, said=told.numbers | st.none())
    def upload(self, which: int, details: Any, said: Any) -> None:
        self.upload_by(self._one(which), details, said)

    @precondition(lambda self: len(self.model.matches) < MOST_MATCHES)
    @rule(
        which=numbers,
        details=told.uploads,
        seat=answering,
        is_read=st.booleans(),
        reading=told.readings,
    )
    def upload_the_same(
        self, *, which: int, details: Any, seat: int, is_read: bool, reading: Any
    ) -> None:
        """Another player uploads the same match; some only let it be read."""
        match_id = self._match(which)
        player = self._seated(match_id, seat)
        self._upload_the_same(match_id, player, details, reading if is_read else None)

    @rule(which=numbers, seat=anybody, said=told.corrections, stale=told.stale)
    def correct(self, which: int, seat: int, said: Any, stale: int | None) -> None:
        match_id = self._match(which)
        self.act(self.acting.correct(match_id, self._seated(match_id, seat), said, stale))

    @rule(which=numbers, seat=asking, stale=told.stale)
    def ask(self, which: int, seat: int, stale: int | None) -> None:
        match_id = self._match(which)
        self.ask_for(match_id, self._seated(match_id, seat), stale)

    @rule(which=numbers, seat=asking, stale=told.stale)
    def withdraw(self, which: int, seat: int, stale: int | None) -> None:
        match_id = self._match(which)
        self.act(self.acting.withdraw(match_id, self._seated(match_id, seat), stale))

    @rule(which=numbers, seat=answering, said=told.names_given)
    def become_friends(self, which: int, seat: int, said: Any) -> None:
        """One asks and another confirms at once."""
        match_id = self._match(which)
        code = self.ask_for(match_id, self._seated(match_id, 0), None)
        player = self._seated(match_id, seat)
        self.project_all()
        self.act(self.acting.confirm(match_id, player, code, said, None))

    @rule(
        which=numbers,
        seat=answering,
        said=told.names_given,
        joined=st.sampled_from(["unsaid", "unsaid", None, 0, 1, 2, 3]),
        stale=told.stale,
    )
    def confirm_with_code(
        self, which: int, seat: int, said: Any, joined: Any, stale: int | None
    ) -> None:
        match_id, text = self._code(which)
        self._confirm(match_id, text, seat, said, joined, stale)

    @rule(
        which=numbers,
        seat=answering,
        said=told.names_given,
        joined=st.sampled_from(["unsaid", "unsaid", 0]),
        stale=told.stale,
    )
    def confirm_shared(
        self, which: int, seat: int, said: Any, joined: Any, stale: int | None
    ) -> None:
        self._confirm(self._match(which), None, seat, said, joined, stale)

    @rule(which=numbers, seat=answering, said=told.disputes, stale=told.stale)
    def dispute_with_code(self, which: int, seat: int, said: Any, stale: int | None) -> None:
        match_id, text = self._code(which)
        player = self._seated(match_id, seat)
        self.act(self.acting.dispute(match_id, player, text, said, stale))

    @rule(which=numbers, seat=answering, said=told.disputes, stale=told.stale)
    def dispute_shared(self, which: int, seat: int, said: Any, stale: int | None) -> None:
        match_id = self._match(which)
        player = self._seated(match_id, seat)
        self.act(self.acting.dispute(match_id, player, None, said, stale))

    @rule(which=numbers, seat=answering, has_code=st.booleans(), stale=told.stale)
    def attach(self, which: int, seat: int, *, has_code: bool, stale: int | None) -> None:
        match_id, text = self._code(which)
        player = self._seated(match_id, seat)
        self.act(self.acting.attach(match_id, player, text if has_code else None, stale))

    @rule(which=numbers, seat=anybody, stale=told.stale)
    def remove(self, which: int, seat: int, stale: int | None) -> None:
        match_id = self._match(which)
        self.act(self.acting.remove(match_id, self._seated(match_id, seat), stale))

    @rule(which=numbers, seat=anybody, stale=told.stale)
    def restore(self, which: int, seat: int, stale: int | None) -> None:
        match_id = self._match(which)
        self.act(self.acting.restore(match_id, self._seated(match_id, seat), stale))

    @rule(which=numbers, seat=anybody, stale=told.stale)
    def read_again(self, which: int, seat: int, stale: int | None) -> None:
        match_id = self._match(which)
        self.act(self.acting.read_again(match_id, self._seated(match_id, seat), stale))

    @rule(
        which=numbers,
        is_attached=st.booleans(),
        reading=st.none() | told.readings,
        failure=sayings.failures,
    )
    def hear_from_ocr(self, which: int, *, is_attached: bool, reading: Any, failure: Any) -> None:
        """An answer that is waited for, or one to what was asked at first."""
        match_id = self._match(which)
        match = self.model.matches[match_id]
        asked = match["asked"]
        if is_attached and match["attached"]:
            asked = match["attached"]["asked"]
        self.act(self.acting.hear(match_id, asked or 1, reading, failure))

    @rule(is_long=st.booleans())
    def let_time_pass(self, *, is_long: bool) -> None:
        self.model.time_passes(is_long=is_long)
        self.system.let_pass(EXPIRING if is_long else REMINDING)
        self.all_in_log()

    @precondition(lambda self: len(self.model.players) > 1)
    @rule(which=st.integers(0, 2), is_sure=st.integers(0, 2))
    def erase(self, which: int, is_sure: int) -> None:
        if is_sure:  # it ends much
            return
        self.erase_player(self._one(which))

    @rule(limit=st.sampled_from([1, 3, 500]))
    def project(self, limit: int) -> None:
        """What is projected wholly is what is shown."""
        if self.system.project(limit) == self.model.events:
            is_shown(self.system, self.model)

    def teardown(self) -> None:
        if not hasattr(self, "model"):
            return  # it ended before it began
        self.project_all()
        is_shown(self.system, self.model)
        nobody_else_sees(self.system, self.model, self.codes_given)
        nothing_is_left(self.system, self.model.gone)
        rows_are_equal_however_projected(self.system)

    def _upload_the_same(self, match_id: UUID, player: UUID, details: Any, reading: Any) -> None:
        said = told.mirrored(self.model.matches[match_id])
        same = self.upload_by(player, details, None if reading else said)
        if reading and said:
            score = (said["score_user"], said["score_opponent"])
            reading = {**reading, "score": score, "stats": said["stats"]}
            self.act(self.acting.hear(same, 1, reading, None))

    def _confirm(
        self, match_id: UUID, code: str | None, seat: int, said: Any, joined: Any, stale: int | None
    ) -> None:
        if joined != "unsaid":
            named = None if joined is None else self._match(joined)
            said = {**said, "match_id": named}
        player = self._seated(match_id, seat)
        self.project_all()
        self.act(self.acting.confirm(match_id, player, code, said, stale))

    def _match(self, which: int) -> UUID:
        matches = list(self.model.matches)
        return matches[which % len(matches)]

    def _code(self, which: int) -> tuple[UUID, str]:
        """One of those that were given last."""
        return self.codes_given[-1 - which % len(self.codes_given)]

    def _one(self, which: int) -> UUID:
        """One of those who are still here."""
        players = self.model.players
        return players[which % len(players)]

    def _seated(self, match_id: UUID, seat: int) -> UUID:
        """The owner, the friend or a possible one, or the third player; if they are still here."""
        match = self.model.matches[match_id]
        friend = match["friend"] and match["friend"]["id"]
        first = [player for player in (match["owner"], friend) if player]
        seats = [*first, *(player for player in PLAYERS if player not in first)]
        player = seats[seat]
        return self._one(seat) if player in self.model.gone else player
