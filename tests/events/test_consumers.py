"""Subscribers learn that their queue was lost; nothing else tells them."""

import asyncio

import pytest
from nats.aio.client import Client
from nats.js.errors import NotFoundError

from events.bus import OCR_CONSUMER, SCREENSHOTS_STREAM
from events.consumers import ConsumerLost, until_there, watch_consumer
from events.streams import set_up

pytestmark = pytest.mark.anyio


async def test_a_consumer_that_is_gone_is_told(bus: Client) -> None:
    await bus.jsm().delete_stream(SCREENSHOTS_STREAM)
    async with asyncio.timeout(20):
        with pytest.raises(ConsumerLost):
            await watch_consumer(bus, SCREENSHOTS_STREAM, OCR_CONSUMER)


async def test_a_consumer_that_was_made_anew_between_two_looks_is_told(bus: Client) -> None:
    watching = asyncio.create_task(watch_consumer(bus, SCREENSHOTS_STREAM, OCR_CONSUMER))
    before = bus.stats["in_msgs"]
    async with asyncio.timeout(20):
        while bus.stats["in_msgs"] == before:  # noqa: ASYNC110  # until it has looked once
            await asyncio.sleep(0)
        await bus.jsm().delete_stream(SCREENSHOTS_STREAM)
        await set_up(bus)
        with pytest.raises(ConsumerLost):
            await watching


async def test_waiting_for_a_consumer_does_not_make_one(bus: Client) -> None:
    await bus.jsm().delete_consumer(SCREENSHOTS_STREAM, OCR_CONSUMER)
    waiting = asyncio.create_task(until_there(bus, SCREENSHOTS_STREAM, OCR_CONSUMER))
    before = bus.stats["in_msgs"]
    async with asyncio.timeout(20):
        while bus.stats["in_msgs"] == before:  # noqa: ASYNC110  # until it has looked once
            await asyncio.sleep(0)
        with pytest.raises(NotFoundError):
            await bus.jsm().consumer_info(SCREENSHOTS_STREAM, OCR_CONSUMER)
        await set_up(bus)
        await waiting
