"""Commands that are appended together: each is judged alone."""

from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent

from events.answers import ThreadAnswer
from events.chain import GENESIS, digest_of, first_fault
from events.group import Append, ConcurrentChange, Known, Place, judge
from events.refusals import Unprocessable
from tests.examples import NOON

EMPTY = Place(0, GENESIS, NOON)
NOTHING = Known({}, {})


def event(match_id: UUID, version: int) -> StoredEvent:
    return StoredEvent(match_id, version, "match.deleted.v1", b"{}")


def append(
    *events: StoredEvent, command_id: UUID | None = None, mark: bytes | None = None
) -> Append:
    return Append(events, command_id or uuid4(), mark, ThreadAnswer())


def test_positions_follow_the_last_without_gaps() -> None:
    a, b = uuid4(), uuid4()
    group = [append(event(a, 1), event(a, 2)), append(event(b, 1))]
    judged = judge(group, Place(7, GENESIS, NOON), NOTHING)
    assert judged.verdicts == [9, 10]
    assert [row.position for row in judged.rows] == [8, 9, 10]


def test_the_rows_of_a_group_make_a_chain() -> None:
    a = uuid4()
    judged = judge([append(event(a, version)) for version in (1, 2, 3)], EMPTY, NOTHING)
    assert first_fault(judged.rows) is None
    assert all(digest_of(row) == row.hash for row in judged.rows)


def test_a_conflict_touches_nobody_else() -> None:
    a, b = uuid4(), uuid4()
    group = [append(event(a, 2)), append(event(a, 2)), append(event(b, 1))]
    judged = judge(group, EMPTY, Known({}, {a: 1}))
    assert judged.verdicts[0] == 1
    assert isinstance(judged.verdicts[1], ConcurrentChange)
    assert judged.verdicts[2] == 2
    assert len(judged.rows) == len(judged.commands) == 2


def test_a_gap_in_the_versions_is_a_conflict() -> None:
    judged = judge([append(event(uuid4(), 2))], EMPTY, NOTHING)
    assert isinstance(judged.verdicts[0], ConcurrentChange)


def test_a_command_known_to_the_log_is_not_appended_again() -> None:
    repeated = append(event(uuid4(), 1))
    judged = judge([repeated], EMPTY, Known({repeated.command_id: (5, None)}, {}))
    assert (judged.verdicts, judged.rows) == ([5], [])


def test_a_command_twice_in_one_group_is_appended_once() -> None:
    match_id, command_id = uuid4(), uuid4()
    group = [append(event(match_id, 1), command_id=command_id) for _ in range(2)]
    judged = judge(group, EMPTY, NOTHING)
    assert judged.verdicts == [1, 1]
    assert len(judged.rows) == 1


def test_another_request_under_the_same_id_is_refused() -> None:
    match_id, command_id = uuid4(), uuid4()
    group = [
        append(event(match_id, 1), command_id=command_id, mark=b"one"),
        append(event(match_id, 1), command_id=command_id, mark=b"two"),
    ]
    judged = judge(group, EMPTY, NOTHING)
    assert judged.verdicts[0] == 1
    assert isinstance(judged.verdicts[1], Unprocessable)
