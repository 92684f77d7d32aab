"""The streams: made by `migrate` alone, and brought up to date by it."""

import pytest
from nats.aio.client import Client
from nats.js.api import ConsumerConfig

from events.bus import OCR_CONSUMER, OCR_MOST_DELIVERIES, SCREENSHOTS_STREAM
from events.streams import CONSUMERS, STREAMS, set_up

pytestmark = pytest.mark.anyio


async def test_streams_and_consumers_are_set_up_twice_without_harm(bus: Client) -> None:
    await set_up(bus)
    streams = {info.config.name for info in await bus.jsm().streams_info()}
    assert streams == {stream.name for stream in STREAMS}
    for stream, consumer in CONSUMERS:
        info = await bus.jsm().consumer_info(stream, consumer.durable_name or "")
        assert info.config.ack_wait == consumer.ack_wait


async def test_a_consumer_of_an_older_version_is_brought_up_to_date(bus: Client) -> None:
    older = ConsumerConfig(durable_name=OCR_CONSUMER, ack_wait=30, max_deliver=-1)
    await bus.jsm().delete_consumer(SCREENSHOTS_STREAM, OCR_CONSUMER)
    await bus.jsm().add_consumer(SCREENSHOTS_STREAM, older)
    await set_up(bus)
    info = await bus.jsm().consumer_info(SCREENSHOTS_STREAM, OCR_CONSUMER)
    assert info.config.ack_wait == 6.0
    assert info.config.max_deliver == OCR_MOST_DELIVERIES
