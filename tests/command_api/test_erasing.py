"""What an erased account leaves is taken away, however often that is begun."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from msgspec.structs import replace
from psycopg_pool import AsyncConnectionPool

from command_api.erasing import LATECOMERS, Erasing
from command_api.matches.executing import Executor
from deploy.mail_folder import FolderOfMails
from deploy.screenshots_folder import FolderOfScreenshots
from events.log import MatchLog
from events.owner_keys import OwnerKeys, destroy
from events.screenshots import new_key
from projections.builds import Build
from projections.catalogue import MATCHES, with_keys
from projections.follower import LiveFollower
from projections.owned_matches import OwnedMatches
from projections.rebuild import rebuild
from projections.swap import swap
from projections.verify import verify
from tests.examples import EXAMPLES, MATCH_ID, OWNER_ID, UPLOADED, cause
from tests.projections.histories import rows_of

OTHER = UUID(int=4)
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.anyio


class Scene:
    """Two players with a match each; the first one's account was erased at `NOW`."""

    def __init__(
        self, database: str, pool: AsyncConnectionPool, keys: OwnerKeys, folder: Path
    ) -> None:
        self.database = database
        self.pool = pool
        self.keys = keys
        self.projection = with_keys(MATCHES, keys)
        self.log = MatchLog.open(database, connections=4, keys=keys)
        self.pictures = FolderOfScreenshots(folder)
        self.letters = FolderOfMails(folder / "mail")
        self.erasing = Erasing(
            pool,
            Executor(self.log),
            OwnedMatches(pool, database, self.projection),
            self.pictures,
            self.letters,
        )

    async def begin(self) -> None:
        for version, event in enumerate(EXAMPLES.values(), start=1):
            self.log.append(replace(event, version=version))
        self.log.append(replace(UPLOADED, match_id=UUID(int=8), owner_id=OTHER, cause=cause(100)))
        self.follow()
        async with self.pool.connection() as conn:
            await conn.execute(
                """
                INSERT INTO accounts.players (id, password_changed_at, created_at, erased_at)
                VALUES (%(id)s, %(now)s, %(now)s, %(now)s)
                """,
                {"id": OWNER_ID, "now": NOW},
            )
            await destroy(conn, OWNER_ID)
        self.keys.forget(OWNER_ID)

    def follow(self) -> None:
        with psycopg.connect(self.database, autocommit=True) as conn:
            while LiveFollower(self.database, self.projection).step(conn):
                pass

    def owners(self, build: Build = Build.LIVE) -> dict[str, set[UUID]]:
        """Whose rows there are, by table."""
        with psycopg.connect(self.database) as conn:
            rows = rows_of(conn, build)
        players = {OWNER_ID, OTHER}
        return {
            table: {value for row in found for value in row if value in players}
            for table, found in rows.items()
            if table != "reading_quality"
        }

    async def is_done(self) -> bool:
        async with self.pool.connection() as conn:
            cursor = await conn.execute("SELECT erasure_done_at IS NOT NULL FROM accounts.players")
            [(is_done,)] = await cursor.fetchall()
        return bool(is_done)


@pytest.fixture
async def scene(
    database: str, pool: AsyncConnectionPool, owner_keys: OwnerKeys, tmp_path: Path
) -> AsyncIterator[Scene]:
    scene = Scene(database, pool, owner_keys, tmp_path)
    await scene.begin()
    yield scene
    scene.log.close()


async def test_the_rows_of_the_erased_go_and_those_of_others_stay(scene: Scene) -> None:
    assert OWNER_ID in scene.owners()["matches"]
    await scene.erasing.carry_on(NOW)
    scene.follow()
    assert scene.owners()["matches"] == {OTHER}
    assert not [table for table, owners in scene.owners().items() if OWNER_ID in owners]


async def test_taking_away_twice_changes_nothing_more(scene: Scene) -> None:
    await scene.erasing.carry_on(NOW)
    head = scene.log.head()
    await scene.erasing.carry_on(NOW)
    assert scene.log.head() == head


async def test_it_is_done_when_nobody_can_bring_anything_any_more(scene: Scene) -> None:
    for minutes in (0, 5):
        await scene.erasing.carry_on(NOW + timedelta(minutes=minutes))
        scene.follow()
        assert not await scene.is_done()
    await scene.erasing.carry_on(NOW + LATECOMERS)
    assert await scene.is_done()


async def test_what_came_late_is_taken_away_as_well(scene: Scene) -> None:
    await scene.erasing.carry_on(NOW)
    late = replace(UPLOADED, match_id=UUID(int=9), cause=cause(101))
    unsealed = MatchLog.open(scene.database, connections=1)
    unsealed.append(late)
    unsealed.close()
    scene.follow()
    assert OWNER_ID in scene.owners()["matches"]
    await scene.erasing.carry_on(NOW + LATECOMERS)
    scene.follow()
    assert OWNER_ID not in scene.owners()["matches"]
    await scene.erasing.carry_on(NOW + LATECOMERS)
    assert await scene.is_done()


async def test_the_pictures_of_the_erased_go_alone(scene: Scene) -> None:
    mine, theirs = new_key(OWNER_ID, MATCH_ID), new_key(OTHER, UUID(int=8))
    for key in (mine, theirs):
        await scene.pictures.put(key, [b"picture"], "image/png")
    await scene.erasing.carry_on(NOW)
    assert [stored.key async for stored in scene.pictures.stored()] == [theirs]


async def test_letters_to_the_erased_go_with_what_was_noted_of_them(
    scene: Scene, tmp_path: Path
) -> None:
    ids = {OWNER_ID: UUID(int=20), None: UUID(int=21)}
    (tmp_path / "mail").mkdir()
    async with scene.pool.connection() as conn:
        for player_id, mail_id in ids.items():
            (tmp_path / "mail" / f"20260301T120000Z-verification-{mail_id}.eml").touch()
            await conn.execute(
                """
                INSERT INTO accounts.mails (id, player_id, kind, asked_at, due_at)
                VALUES (%(id)s, %(player_id)s, 'verification', now(), now())
                """,
                {"id": mail_id, "player_id": player_id},
            )
    await scene.erasing.carry_on(NOW)
    [kept] = (tmp_path / "mail").iterdir()
    assert kept.stem.endswith(str(ids[None]))
    async with scene.pool.connection() as conn:
        cursor = await conn.execute("SELECT id FROM accounts.mails")
        assert await cursor.fetchall() == [(ids[None],)]


async def test_a_rebuild_from_zero_gives_the_same_rows(scene: Scene) -> None:
    await scene.erasing.carry_on(NOW)
    scene.follow()
    rebuild(scene.database, scene.projection, lambda *_: None)
    assert all(each.is_equal for each in verify(scene.database, scene.projection))


async def test_builds_that_nobody_reads_forget_the_erased_too(scene: Scene) -> None:
    rebuild(scene.database, scene.projection, lambda *_: None)
    swap(scene.database, scene.projection)
    rebuild(scene.database, scene.projection, lambda *_: None)
    for build in (Build.NEXT, Build.OLD):
        assert OWNER_ID in scene.owners(build)["matches"], build
    await scene.erasing.carry_on(NOW)
    for build in (Build.NEXT, Build.OLD):
        assert OWNER_ID not in scene.owners(build)["matches"], build


async def test_the_history_stays_whole_without_the_names(scene: Scene) -> None:
    await scene.erasing.carry_on(NOW)
    match = scene.log.load(MATCH_ID)
    assert match is not None
    assert (match.is_erased, match.opponent_name, match.version) == (True, "", 9)
    assert match.reading is not None
    assert (match.reading.left_name, match.reading.right_name) == (None, None)
