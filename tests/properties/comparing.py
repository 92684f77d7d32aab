"""The real system beside the model: what must be equal at any time, and what in the end."""

from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.archive import ends_early, from_line, import_rows, rows, to_line
from events.chain import first_fault
from events.key_archive import import_keys, key_lines
from events.match import Match
from events.match_view import view
from events.owner_keys import OwnerKeys
from projections.builds import Build
from projections.catalogue import MATCHES, with_keys
from projections.connecting import connect
from projections.rebuild import rebuild
from query_api.history import entries
from query_api.summing import NOTHING_YET
from tests.conftest import MASTER_KEY
from tests.projections.histories import rows_of
from tests.properties.model import Model, shown
from tests.properties.summing import listed, summary
from tests.properties.system import System


def equal(text: str | bytes, of_model: dict[str, Any]) -> None:
    """What the model knows of an answer is in it; all else depends on our clock or engine."""
    answer = msgspec.json.decode(text)
    for name in ("created_at", "played_at"):
        answer[name] = msgspec.convert(answer[name], datetime)
    expected = shown(of_model)
    extracted = expected.pop("extracted_data")
    assert {name: answer[name] for name in expected} == expected
    if extracted is None:
        assert answer["extracted_data"] is None
    else:
        assert {name: answer["extracted_data"][name] for name in extracted} == extracted
    assert (answer["confirmed_at"] is None) == (of_model["confirmed"] is None)


def shows(match: Match, of_model: dict[str, Any]) -> None:
    """The folded match is what the model says."""
    equal(msgspec.json.encode(view(match)), of_model)


def is_shown(system: System, model: Model, players: Iterable[UUID]) -> None:
    """The read models, which have come to the end of the log, are what the model says."""
    for player in players:
        found = system.rows(
            """
            SELECT match_id, view FROM read_models.matches
            WHERE owner_id = %(player)s AND NOT is_deleted
            ORDER BY created_at DESC, match_id DESC
            """,
            player=player,
        )
        assert [match_id for match_id, _ in found] == listed(model, player)
        for match_id, text in found:
            equal(text, model.matches[match_id])
        sums = system.rows(
            "SELECT view FROM read_models.summaries WHERE owner_id = %(player)s", player=player
        )
        answer = sums[0][0] if sums else NOTHING_YET
        assert msgspec.json.decode(answer) == summary(model, player)


def everything_fits(system: System, model: Model, players: Iterable[UUID]) -> None:
    """Log and read models are whole, and a copy of the log leads to the same rows."""
    while system.project(limit=7) < len(model.log):
        pass
    is_shown(system, model, players)
    for match_id, match in model.matches.items():
        listed_events = entries(system.log.events(match_id), match["owner"])
        assert [entry.event for entry in listed_events] == [
            f"match.{happened}.v1" for happened in match["history"]
        ]
        assert [entry.version for entry in listed_events] == [*range(1, match["version"] + 1)]
    assert first_fault(rows(system.conn)) is None
    assert ends_early(system.conn) is None
    exported = [to_line(row) for row in rows(system.conn)]
    assert [msgspec.json.decode(line)["name"] for line in exported] == [
        f"match.{happened}.v1" for _, happened in model.log
    ]
    with connect(system.empty_database, "test") as conn:
        import_keys(conn, key_lines(system.conn))
        assert import_rows(conn, map(from_line, exported)) == len(model.log)
        assert [to_line(row) for row in rows(conn)] == exported
        with closing(OwnerKeys(system.empty_database, MASTER_KEY)) as keys:
            rebuild(system.empty_database, with_keys(MATCHES, keys), lambda *_: None)
        assert rows_of(conn, Build.NEXT) == rows_of(system.conn)
