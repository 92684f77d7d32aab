"""Stored pictures in a bucket that speaks S3."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import obstore
from msgspec import Struct
from obstore.exceptions import BaseError
from obstore.store import S3Store

from events.refusals import Unavailable
from events.screenshots import AWAY, ScreenshotMissing, Stored, folder_of

ANSWER_WITHIN_SECONDS: Final = 2.5
CONNECT_WITHIN: Final = timedelta(seconds=1.5)
LINK_LIFE: Final = timedelta(minutes=5)


class Bucket(Struct, frozen=True):
    """Where a bucket is: `endpoint` is empty for Amazon's own; `prefix` begins every name."""

    name: str
    prefix: str
    endpoint: str
    region: str
    key_id: str
    secret: str


class BucketOfScreenshots:
    """Keeps each picture as one object, sent in one request: nothing half-sent ever stays."""

    def __init__(self, bucket: Bucket) -> None:
        within = timedelta(seconds=ANSWER_WITHIN_SECONDS)
        self._store = S3Store(
            bucket.name,
            prefix=bucket.prefix or None,
            endpoint=bucket.endpoint or f"https://s3.{bucket.region}.amazonaws.com",
            region=bucket.region,
            access_key_id=bucket.key_id,
            secret_access_key=bucket.secret,
            virtual_hosted_style_request=False,
            client_options={
                "timeout": within,
                "connect_timeout": CONNECT_WITHIN,
                "allow_http": bucket.endpoint.startswith("http://"),
            },
            retry_config={"max_retries": 2, "retry_timeout": within},
        )

    async def put(self, key: str, parts: Sequence[bytes | memoryview], media_type: str) -> None:
        """Keep a picture; see `Screenshots`."""
        with _answering():
            async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
                await obstore.put_async(
                    self._store,
                    key,
                    b"".join(parts),
                    attributes={"Content-Type": media_type},
                    use_multipart=False,
                )

    async def get(self, key: str) -> bytes:
        """Give the bytes back; raises `ScreenshotMissing`."""
        with _answering():
            try:
                async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
                    found = await obstore.get_async(self._store, key)
                    return bytes(await found.bytes_async())
            except FileNotFoundError:
                raise ScreenshotMissing(key) from None

    async def link(self, key: str) -> str | None:
        """An address that anybody who has it may fetch the picture from, for five minutes."""
        return await obstore.sign_async(self._store, "GET", key, LINK_LIFE)

    async def delete(self, key: str) -> None:
        """Remove a picture; nothing happens where there is none."""
        with _answering():
            async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
                await obstore.delete_async(self._store, key)

    async def stored(self, owner_id: UUID | None = None) -> AsyncIterator[Stored]:
        """All pictures, or those of one owner."""
        prefix = folder_of(owner_id) if owner_id else None
        with _answering():
            async for found in obstore.list(self._store, prefix):
                for each in found:
                    yield Stored(each["path"], each["size"], each["last_modified"])

    async def tidy(self, before: datetime) -> int:  # noqa: ARG002  # there is nothing to look for
        """A picture is there whole or not at all."""
        return 0


@contextmanager
def _answering() -> Iterator[None]:
    """What goes wrong with the store, as `Unavailable`."""
    try:
        yield
    except (BaseError, TimeoutError, OSError) as error:
        raise Unavailable(AWAY) from error
