"""Shared matches beside the model: what players are shown, and what nobody else may see."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
import pytest
from psycopg import AsyncConnection

from events.codes import match_of
from events.match import Match
from events.match_view import view
from events.refusals import NotFound
from events.seats import half_of as real_half_of
from query_api.confirmations import shown_to
from query_api.filters import Span
from query_api.friends_list import FriendView, friends_of
from query_api.history import entries
from query_api.leaderboard import Standing, leaderboard_of
from query_api.summing import NOTHING_YET
from tests.examples import NOON
from tests.properties.friends_model import FriendsModel
from tests.properties.friends_seen import answer_of, half_of, is_shared, seen_with_code
from tests.properties.friends_summing import friends, halves, leaderboard, opponents, own
from tests.properties.friends_system import FriendsSystem
from tests.properties.model import Refused, Shown
from tests.properties.summing import listed, summary

Code = tuple[UUID, str]
SPANS: Final = (
    (None, None),
    (NOON + timedelta(hours=1), None),
    (NOON, NOON + timedelta(hours=3)),
)
PAGE: Final = 1  # so that there are several
WITHOUT_CLOCK: Final = ("asked_at", "expires_at", "disputed_at")


def equal(answer: Any, half: dict[str, Any]) -> None:
    """What the model knows of an answer is in it; all else depends on our clock or engine."""
    expected = answer_of(half)
    for name in ("created_at", "played_at"):
        answer[name] = msgspec.convert(answer[name], datetime)
    extracted = expected.pop("extracted_data")
    confirmation, of_model = answer["confirmation"], expected.pop("confirmation")
    assert {name: answer[name] for name in expected} == expected
    if extracted is None:
        assert answer["extracted_data"] is None
    else:
        assert {name: answer["extracted_data"][name] for name in extracted} == extracted
    if of_model is None or confirmation is None:
        assert confirmation == of_model
        return
    is_open = of_model["asked_by"] is not None
    assert [confirmation[name] is not None for name in ("asked_at", "expires_at")] == [is_open] * 2
    if confirmation["comparison"]:
        confirmation["comparison"]["agrees"] = set(confirmation["comparison"]["agrees"])
    assert _without_clock(confirmation) == of_model


def is_in_log(system: FriendsSystem, model: FriendsModel, match_id: UUID) -> None:
    """The log holds what the model knows, and nothing else."""
    match = system.log.load(match_id)
    assert match is not None
    for player in model.names:
        half, expected = real_half_of(match, player), half_of(model.matches[match_id], player)
        if half is not None and not half.is_erased:
            assert expected is not None
            equal(_plain(half), expected)
            assert half.is_deleted == expected["deleted"]
        else:
            assert expected is None
    assert system.log.head() == model.events


def is_shown(system: FriendsSystem, model: FriendsModel) -> None:
    """The read models, which have come to the end of the log, are what the model says."""
    total = 0
    for player in model.names:
        found = system.rows(
            """
            SELECT match_id, view FROM read_models.matches
            WHERE owner_id = %(player)s AND NOT is_deleted
            ORDER BY created_at DESC, match_id DESC
            """,
            player=player,
        )
        of_player = own(model, player)
        assert [match_id for match_id, _ in found] == listed(of_player, player)
        for match_id, text in found:
            equal(msgspec.json.decode(text), of_player.matches[match_id])
        sums = system.rows(
            "SELECT view FROM read_models.summaries WHERE owner_id = %(player)s", player=player
        )
        answer = msgspec.json.decode(sums[0][0] if sums else NOTHING_YET)
        assert answer == summary(of_player, player)
        total += answer["total_matches"]
        met = system.rows(
            """
            SELECT opponent, view FROM read_models.opponents
            WHERE owner_id = %(player)s AND played > 0
            """,
            player=player,
        )
        assert {name: _with_time(text) for name, text in met} == opponents(model, player)
        system.run(_friends_are_shown(system, model, player))
    confirmed = system.rows(
        "SELECT count(*) FROM read_models.matches WHERE result IS NOT NULL AND NOT is_deleted"
    )
    assert total == confirmed[0][0]


def nobody_else_sees(system: FriendsSystem, model: FriendsModel, codes: Sequence[Code]) -> None:
    """Matches, their histories and what codes show are there for those whom they concern."""
    states = {match_id: system.log.load(match_id) for match_id in model.matches}
    kept = {match_id for (match_id,) in system.rows("SELECT match_id FROM read_models.states")}
    for player in model.names:
        all_of_player = system.rows(
            "SELECT match_id FROM read_models.matches WHERE owner_id = %(player)s", player=player
        )
        assert {match_id for (match_id,) in all_of_player} == halves(model, player).keys()
    for match_id, match in model.matches.items():
        over = match["erased"] and not is_shared(match)
        assert (match_id in kept) is not over
        for player in model.players:
            if half := half_of(match, player):
                _history_fits(system, half)
    for code, (asked_by, late) in ((c, w) for c in codes for w in _looking(model)):
        assert match_of(code[1]) == code[0]
        state = states[code[0]] if code[0] in kept else None
        _shown_with_code(model, state, code, asked_by, is_late=late)


async def _friends_are_shown(system: FriendsSystem, model: FriendsModel, player: UUID) -> None:
    async with system.pool.connection() as conn:
        known: list[FriendView] = []
        place, is_over = None, False
        while not is_over:
            page = await friends_of(conn, player, place, PAGE)
            known += page.items
            place, is_over = page.following, page.following is None
        assert _rows(known) == friends(model, player)
        for since, until in SPANS:
            await _table_is_shown(conn, model, player, Span(since, until))


async def _table_is_shown(
    conn: AsyncConnection[Any], model: FriendsModel, player: UUID, span: Span
) -> None:
    standings: list[Standing] = []
    place, is_over = None, False
    while not is_over:
        page = await leaderboard_of(conn, player, span, place, PAGE)
        standings += page.items
        place, is_over = page.following, page.following is None
    table = _rows(standings)
    assert [row["rank"] for row in table] == sorted(row["rank"] for row in table)
    table.sort(key=lambda row: (row["rank"], row["id"]))
    assert table == leaderboard(model, player, span.since, span.until)


def _history_fits(system: FriendsSystem, half: dict[str, Any]) -> None:
    """The history has all events, and ends with what is shown."""
    told = entries(system.log.events(half["id"]), half["owner"])
    assert [entry.event for entry in told] == [f"match.{each}.v1" for each in half["history"]]
    assert [entry.version for entry in told] == [*range(1, half["version"] + 1)]
    values: dict[str, Any] = {}
    for entry in told:
        values |= {name: change.after for name, change in entry.changes.items()}
        if half["erased"] or half["has_lost_friend"]:
            assert values["opponent_name"] in ("", half["opponent_name"])
            assert not values.get("extracted_data.left_name")
            assert not values.get("extracted_data.right_name")
    expected = answer_of(half)
    for name in ("opponent_name", "score_user", "verification", "side", "result", "status"):
        assert values.get(name) == expected[name]
    assert values["deleted"] == half["deleted"]


def _looking(model: FriendsModel) -> list[tuple[UUID, bool]]:
    return [(player, late) for player in model.players for late in (False, True)]


def _shown_with_code(
    model: FriendsModel, state: Match | None, code: Code, player: UUID, *, is_late: bool
) -> None:
    match_id, text = code
    now = datetime.now(UTC) + timedelta(days=15 if is_late else 0)
    if not _may_look(model, code, player, is_late=is_late):
        with pytest.raises(NotFound, match=r"\.$"):
            shown_to(state, text, player, now)
        return
    equal(
        _plain(shown_to(state, text, player, now)), seen_with_code(model.matches[match_id], player)
    )


def _may_look(model: FriendsModel, code: Code, player: UUID, *, is_late: bool) -> bool:
    """Who asked or answered may, and as long as nobody has answered, whoever could."""
    match_id, text = code
    match = model.matches[match_id]
    request, friend = match["request"], match["friend"]
    if request is None or request["code"] != text or (match["erased"] and not is_shared(match)):
        return False
    seen = seen_with_code(match, player)
    is_party = request["by"] == player or (friend and friend["id"] == player)
    if is_party and not (seen if is_shared(match) else match)["deleted"]:
        return True
    try:
        model.refuse_closed(match_id, player, text)
    except Refused:
        return False
    return not is_late


def _plain(half: Match) -> Any:
    return msgspec.json.decode(msgspec.json.encode(view(half)))


def _rows(found: Sequence[Any]) -> list[Shown]:
    answers: list[Shown] = msgspec.json.decode(msgspec.json.encode(found))
    for answer in answers:
        if "last_met_at" in answer:
            answer["last_met_at"] = msgspec.convert(answer["last_met_at"], datetime)
    return answers


def _with_time(text: str) -> Shown:
    answer: Shown = msgspec.json.decode(text)
    return {**answer, "last_met_at": msgspec.convert(answer["last_met_at"], datetime)}


def _without_clock(answer: Any) -> Any:
    if not isinstance(answer, dict):
        return answer
    return {
        name: _without_clock(value) for name, value in answer.items() if name not in WITHOUT_CLOCK
    }
