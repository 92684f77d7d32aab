"""Tells the inbox that a picture will never be read, so that its match does not wait for ever."""

from typing import Final

import msgspec
from nats.js import JetStreamContext

from events.bus import EXTRACTION_FAILED, READINGS_STREAM, ExtractionFailed
from events.pending import Pending
from events.reading import FailureReason

PUBLISH_SECONDS: Final = 2.0
GAVE_UP: Final = "Reading this picture failed several times; try again later, or send another."


async def give_up(stream: JetStreamContext, pending: Pending, attempts: int) -> None:
    """Publish the failure and wait until the stream holds it; raises `nats.errors.Error`."""
    failure = ExtractionFailed(
        request_id=pending.request_id,
        match_id=pending.match_id,
        correlation_id=pending.correlation_id,
        reason=FailureReason.CRASHED,
        detail=GAVE_UP,
        attempts=attempts,
    )
    await stream.publish(
        EXTRACTION_FAILED,
        msgspec.json.encode(failure),
        timeout=PUBLISH_SECONDS,
        stream=READINGS_STREAM,
        headers={
            "Nats-Msg-Id": f"{pending.request_id}:given-up:{pending.sends}",
            "content-type": "application/json",
        },
    )
