"""What the OCR answers on the bus becomes a command: at least once in, exactly once recorded."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import uuid5

from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub

from command_api.matches.commands import RecordFailure, RecordReading
from command_api.matches.executing import Executor, existing
from command_api.matches.rules import decide
from events.base import Cause
from events.broker import decoded, undecoded
from events.bus import (
    EXTRACTION_FAILED,
    EXTRACTION_FAILED_CONSUMER,
    FETCH_SECONDS,
    READINGS_STREAM,
    STATS_EXTRACTED,
    STATS_EXTRACTED_CONSUMER,
    ExtractionFailed,
    StatsExtracted,
    retry_delay,
)
from events.match import Match
from events.matches import MatchEvent
from events.refusals import NotFound, Unavailable

ACTOR: Final = "ocr"

log = logging.getLogger(__name__)

Answer = StatsExtracted | ExtractionFailed


def subscribe(broker: NatsBroker, executor: Executor) -> None:
    """Take the answers of the OCR from `broker` into the log."""
    stream = JStream(READINGS_STREAM, declare=False)
    pull = PullSub(timeout=FETCH_SECONDS)

    @broker.subscriber(
        STATS_EXTRACTED,
        stream=stream,
        durable=STATS_EXTRACTED_CONSUMER,
        pull_sub=pull,
        ack_policy=AckPolicy.MANUAL,
        decoder=undecoded,
    )
    async def stats_extracted(message: NatsMessage) -> None:
        answer = await decoded(message, StatsExtracted)
        if not answer:
            return
        command = RecordReading(request_id=answer.request_id, reading=answer.reading)
        await _record(executor, answer, command, message)

    @broker.subscriber(
        EXTRACTION_FAILED,
        stream=stream,
        durable=EXTRACTION_FAILED_CONSUMER,
        pull_sub=pull,
        ack_policy=AckPolicy.MANUAL,
        decoder=undecoded,
    )
    async def extraction_failed(message: NatsMessage) -> None:
        answer = await decoded(message, ExtractionFailed)
        if not answer:
            return
        command = RecordFailure(
            request_id=answer.request_id,
            reason=answer.reason,
            detail=answer.detail,
            attempts=answer.attempts,
        )
        await _record(executor, answer, command, message)


async def _record(
    executor: Executor,
    answer: Answer,
    command: RecordReading | RecordFailure,
    message: NatsMessage,
) -> None:
    """Record the answer and only then acknowledge it, surely."""

    async def decision(found: Match | None, cause: Cause) -> Sequence[MatchEvent]:
        return decide(existing(found), command, cause)

    try:
        await executor.execute(answer.match_id, decision, _cause(answer))
    except NotFound:
        log.exception("an answer for a match that does not exist: %s", answer.match_id)
        await message.raw_message.term()
    except Unavailable as refusal:
        delivered = message.raw_message.metadata.num_delivered or 1
        log.warning("answer for match %s has to wait: %s", answer.match_id, refusal)
        await message.raw_message.nak(delay=retry_delay(delivered))
    else:
        await message.raw_message.ack_sync()


def _cause(answer: Answer) -> Cause:
    """The command's id comes from the request, so that a second answer is the same command."""
    return Cause(
        command_id=uuid5(answer.request_id, "outcome"),
        actor=ACTOR,
        occurred_at=datetime.now(UTC),
        correlation_id=answer.correlation_id,
        causation_id=answer.request_id,
    )
