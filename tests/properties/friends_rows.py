"""The rows made of shared matches: the same however they are made, and none of who is gone."""

from collections.abc import Iterable
from contextlib import closing
from typing import Any
from uuid import UUID

from events.archive import ends_early, from_line, import_rows, rows, to_line
from events.chain import first_fault
from events.key_archive import import_keys, key_lines
from events.owner_keys import OwnerKeys
from projections.builds import Build
from projections.catalogue import MATCHES, with_keys
from projections.connecting import connect
from projections.rebuild import rebuild
from projections.swap import drop
from tests.conftest import MASTER_KEY
from tests.projections.histories import rows_of
from tests.properties.friends_system import FriendsSystem
from tests.properties.system import empty_tables


def rows_are_equal_however_projected(system: FriendsSystem) -> None:
    """In small batches and large ones, in bulk, and from an export, the rows are the same."""
    live = rows_of(system.conn)
    for limit in (1, 7, 500):
        empty_tables(
            system.conn, ("log.checkpoints", *(f"read_models.{each}" for each in MATCHES.tables))
        )
        head, position = system.log.head(), -1
        while position < head:
            before, position = position, system.project(limit)
            assert position > before
        _same(rows_of(system.conn), live)
    rebuild(system.database, system.projection, lambda *_: None)
    _same(rows_of(system.conn, Build.NEXT), live)
    drop(system.database, MATCHES, Build.NEXT)
    parked = system.rows("SELECT count(*) FROM read_models.dead_letters")
    assert parked[0][0] == 0
    assert first_fault(rows(system.conn)) is None
    assert ends_early(system.conn) is None
    exported = [to_line(row) for row in rows(system.conn)]
    with connect(system.empty_database, "test") as conn:
        import_keys(conn, key_lines(system.conn))
        assert import_rows(conn, map(from_line, exported)) == len(exported)
        assert [to_line(row) for row in rows(conn)] == exported
        with closing(OwnerKeys(system.empty_database, MASTER_KEY)) as keys:
            rebuild(system.empty_database, with_keys(MATCHES, keys), lambda *_: None)
        _same(rows_of(conn, Build.NEXT), live)


def nothing_is_left(system: FriendsSystem, players: Iterable[UUID]) -> None:
    """No row is one of these players, or holds one of their pictures."""
    gone = {str(player) for player in players}
    for table, found in rows_of(system.conn).items():
        if table != "states":
            assert not [row for row in found if gone & {str(value) for value in row}], table


def _same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    for table, lines in expected.items():
        assert found[table] == lines, table
