"""Previews: a picture in a message, its reading in the reply."""

from faststream.nats import NatsBroker

from events.previews import PREVIEWS, QUEUE, Preview
from events.reading import Reading
from ocr_service.app import Reader


def subscribe_previews(broker: NatsBroker, reader: Reader) -> None:
    """Answer pictures that come on `broker` with what stands on them."""

    @broker.subscriber(PREVIEWS, queue=QUEUE)
    async def preview(picture: bytes) -> Preview:
        outcome = (await reader.look(picture)).outcome
        if isinstance(outcome, Reading):
            return Preview(reading=outcome)
        return Preview(unreadable=outcome)
