"""The process that reads screenshots. It knows no database."""

from deploy.screenshots_store import open_screenshots
from deploy.settings import Settings
from deploy.stopping import log_to_standard_error, until_told_to_stop
from events.broker import create_broker
from events.bus import OCR_CONSUMER, SCREENSHOTS_STREAM
from events.consumers import until_there, watch_consumer
from ocr_service.app import subscribe
from ocr_service.isolation import IsolatedReader
from ocr_service.preview import subscribe_previews


async def work(settings: Settings) -> None:
    """Read until told to stop; a reading at hand is finished or given to the next worker."""
    log_to_standard_error()
    reader = IsolatedReader()
    await reader.start()
    broker = create_broker(settings.nats)
    subscribe(broker, open_screenshots(settings), reader)
    subscribe_previews(broker, reader)
    client = await broker.connect()
    try:
        await until_there(client, SCREENSHOTS_STREAM, OCR_CONSUMER)
        await broker.start()
        await until_told_to_stop(watch_consumer(client, SCREENSHOTS_STREAM, OCR_CONSUMER))
    finally:
        await broker.stop()
        await reader.close()
