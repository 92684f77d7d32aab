"""The keys that seal names: one for each player, kept wrapped under the system's own key.

Destroying a player's key makes their names unreadable wherever the log was copied to.
"""

import secrets
import threading
import time
from collections import OrderedDict
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct
from psycopg import AsyncConnection, Connection
from psycopg_pool import ConnectionPool

from events.answering import NOTICE_SILENCE, AnsweringConnection
from events.recorder import GIVE_UP_RECONNECTING_SECONDS
from events.refusals import NotFound
from events.sealing import NONCE_BYTES

KEY_BYTES: Final = 32
# So soon a key that was destroyed elsewhere is forgotten here.
KEPT_SECONDS: Final = 60.0
MOST_KEPT: Final = 10_000
WAIT_FOR_CONNECTION_SECONDS: Final = 2.0
GONE: Final = "This account does not exist any more."


class WrongMasterKey(Exception):
    """The names were sealed under another key of the system; the message is a sentence."""


class _Kept(Struct, frozen=True):
    key: AESGCM | None
    until: float


class AllKeys:
    """The keys as they were at one moment, for reading a whole log.

    `raw` are the keys as bytes, for another process that reads a part of it.
    """

    def __init__(self, raw: dict[UUID, bytes]) -> None:
        self.raw = raw
        # By number: a UUID is hashed and compared in Python, which every event would pay for.
        self._keys = {owner_id.int: AESGCM(key) for owner_id, key in raw.items()}

    def of(self, owner_id: UUID) -> AESGCM | None:
        """The owner's key; None when it was destroyed."""
        return self._keys.get(owner_id.int)

    def made_for(self, owner_id: UUID) -> AESGCM:
        """The owner's key; raises `NotFound` when there was none: these are for reading."""
        key = self._keys.get(owner_id.int)
        if key is None:
            raise NotFound(GONE)
        return key


class OwnerKeys:
    """Keeps the keys lately used; blocks on the database for others. Safe for threads.

    Raises `psycopg.OperationalError` when the database is away.
    """

    def __init__(self, conninfo: str, master_key: bytes) -> None:
        self._master = AESGCM(master_key)
        self._kept: OrderedDict[UUID, _Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._pool = ConnectionPool[Any](
            conninfo,
            connection_class=AnsweringConnection,
            min_size=0,
            max_size=2,
            timeout=WAIT_FOR_CONNECTION_SECONDS,
            reconnect_timeout=GIVE_UP_RECONNECTING_SECONDS,
            check=ConnectionPool.check_connection,
            kwargs={"autocommit": True, **NOTICE_SILENCE},
            open=True,
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.close()

    def is_kept(self, owner_id: UUID) -> bool:
        """Whether the owner's key is at hand without asking the database."""
        kept = self._kept.get(owner_id)
        return kept is not None and kept.until > time.monotonic()

    def of(self, owner_id: UUID) -> AESGCM | None:
        """The owner's key; None when it was destroyed or never made."""
        kept = self._kept.get(owner_id)
        if kept is not None and kept.until > time.monotonic():
            return kept.key
        with self._pool.connection() as conn:
            row = conn.execute(
                "SELECT wrapped FROM keys.owners WHERE owner_id = %(owner_id)s",
                {"owner_id": owner_id},
            ).fetchone()
        return self._keep(owner_id, row[0] if row else None)

    def made_for(self, owner_id: UUID) -> AESGCM:
        """The owner's key, made when there is none; raises `NotFound` when it was destroyed."""
        key = self.of(owner_id) or self._make(owner_id)
        if key is None:
            raise NotFound(GONE)
        return key

    def all(self) -> AllKeys:
        """All keys at once."""
        with self._pool.connection() as conn:
            rows = conn.execute(
                "SELECT owner_id, wrapped FROM keys.owners WHERE wrapped IS NOT NULL"
            )
            return AllKeys(
                {owner_id: _unwrapped(self._master, owner_id, key) for owner_id, key in rows}
            )

    def forget(self, owner_id: UUID) -> None:
        """Keep the key no longer, because it was destroyed."""
        with self._lock:
            self._kept.pop(owner_id, None)

    def _make(self, owner_id: UUID) -> AESGCM | None:
        # Of several who make one at once, the first one's counts; one that was destroyed stays so.
        with self._pool.connection() as conn:
            conn.execute(
                """
                INSERT INTO keys.owners (owner_id, wrapped)
                VALUES (%(owner_id)s, %(wrapped)s)
                ON CONFLICT (owner_id) DO NOTHING
                """,
                {"owner_id": owner_id, "wrapped": _new(self._master, owner_id)},
            )
        self.forget(owner_id)
        return self.of(owner_id)

    def _keep(self, owner_id: UUID, wrapped: bytes | None) -> AESGCM | None:
        key = AESGCM(_unwrapped(self._master, owner_id, wrapped)) if wrapped else None
        with self._lock:
            self._kept[owner_id] = _Kept(key, time.monotonic() + KEPT_SECONDS)
            self._kept.move_to_end(owner_id)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return key


def refuse_other_master_key(conn: Connection[Any], master_key: bytes) -> None:
    """Raise `WrongMasterKey` when the keys in the database are wrapped under another one."""
    row = conn.execute(
        "SELECT owner_id, wrapped FROM keys.owners WHERE wrapped IS NOT NULL LIMIT 1"
    ).fetchone()
    if row:
        _unwrapped(AESGCM(master_key), *row)


async def destroy(conn: AsyncConnection[Any], owner_id: UUID) -> None:
    """Destroy the owner's key for ever: no new one is made in its place."""
    await conn.execute(
        """
        INSERT INTO keys.owners (owner_id, destroyed_at)
        VALUES (%(owner_id)s, clock_timestamp())
        ON CONFLICT (owner_id)
        DO UPDATE SET wrapped = NULL, destroyed_at = coalesce(owners.destroyed_at, now())
        """,
        {"owner_id": owner_id},
    )


def _new(master: AESGCM, owner_id: UUID) -> bytes:
    """A new key, wrapped."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + master.encrypt(nonce, AESGCM.generate_key(8 * KEY_BYTES), owner_id.bytes)


def _unwrapped(master: AESGCM, owner_id: UUID, wrapped: bytes) -> bytes:
    try:
        return master.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], owner_id.bytes)
    except InvalidTag:
        raise WrongMasterKey(
            "The names in the log were sealed under another key than the one in the settings"
            " (TRACKER_SEALING_KEY, or sealing.key in the folder of keys)."
        ) from None
