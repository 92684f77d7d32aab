"""Each player has one key; destroyed, it never comes back."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from events.log import MatchLog
from events.owner_keys import OwnerKeys, WrongMasterKey, destroy, refuse_other_master_key
from events.refusals import NotFound, Unavailable
from tests.conftest import MASTER_KEY
from tests.examples import MATCH_ID, OWNER_ID, UPLOADED

OTHER = UUID(int=7)
NONCE = bytes(12)


def test_all_who_ask_at_once_get_one_key(database: str, owner_keys: OwnerKeys) -> None:
    others = [OwnerKeys(database, MASTER_KEY) for _ in range(4)]
    with ThreadPoolExecutor(8) as threads:
        keys = list(threads.map(lambda each: each.made_for(OWNER_ID), others * 4))
    boxes = {key.encrypt(NONCE, b"name", None) for key in keys}
    assert len(boxes) == 1
    assert owner_keys.made_for(OTHER).encrypt(NONCE, b"name", None) not in boxes
    for each in others:
        each.close()


def test_no_key_lies_in_the_database_as_it_is(database: str, owner_keys: OwnerKeys) -> None:
    key = owner_keys.made_for(OWNER_ID)
    with psycopg.connect(database) as conn:
        [(wrapped,)] = conn.execute("SELECT wrapped FROM keys.owners").fetchall()
    assert len(wrapped) == 12 + 32 + 16  # nonce, key, tag: nothing of it in clear
    assert key is owner_keys.of(OWNER_ID)


@pytest.mark.anyio
async def test_a_destroyed_key_never_comes_back(
    pool: AsyncConnectionPool[Any], database: str, owner_keys: OwnerKeys
) -> None:
    owner_keys.made_for(OWNER_ID)
    async with pool.connection() as conn:
        await destroy(conn, OWNER_ID)
        await destroy(conn, OWNER_ID)
        await destroy(conn, OTHER)  # who never had one gets none any more
    owner_keys.forget(OWNER_ID)
    for owner in (OWNER_ID, OTHER):
        assert owner_keys.of(owner) is None
        with pytest.raises(NotFound):
            owner_keys.made_for(owner)
    assert owner_keys.all().of(OWNER_ID) is None


@pytest.mark.anyio
async def test_the_history_of_an_erased_owner_has_no_names(
    pool: AsyncConnectionPool[Any], database: str, owner_keys: OwnerKeys
) -> None:
    log = MatchLog.open(database, connections=1, keys=owner_keys)
    log.append(UPLOADED)
    async with pool.connection() as conn:
        await destroy(conn, OWNER_ID)
    owner_keys.forget(OWNER_ID)
    match = log.load(MATCH_ID)
    log.close()
    assert match is not None
    assert (match.opponent_name, match.owner_id) == ("", OWNER_ID)


@pytest.mark.anyio
async def test_an_append_finds_the_key_without_holding_up_the_others(
    database: str, owner_keys: OwnerKeys
) -> None:
    log = MatchLog.open(database, connections=1, keys=owner_keys)
    assert await log.append_soon(UPLOADED) == 1
    assert owner_keys.is_kept(OWNER_ID)
    log.close()


def test_another_master_key_is_refused_in_a_sentence(database: str, owner_keys: OwnerKeys) -> None:
    with psycopg.connect(database) as conn:
        refuse_other_master_key(conn, bytes(32))  # nothing is sealed yet: any will do
        owner_keys.made_for(OWNER_ID)
        refuse_other_master_key(conn, MASTER_KEY)
        with pytest.raises(WrongMasterKey, match="another key"):
            refuse_other_master_key(conn, bytes(32))


def test_without_the_database_of_keys_an_append_is_told_so_at_once(database: str) -> None:
    keys = OwnerKeys("postgresql://nobody@127.0.0.1:1/none", MASTER_KEY)
    log = MatchLog.open(database, connections=1, keys=keys)
    with pytest.raises(Unavailable):
        log.append(UPLOADED)
    log.close()
    keys.close()
