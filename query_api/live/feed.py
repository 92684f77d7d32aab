"""Offers what happens to the streams that it concerns: it is read once, for all of them."""

import asyncio
import logging
from time import monotonic
from typing import Final

import psycopg

from events.base import event_id
from events.bus import ReadingStep
from events.progress import Progress
from query_api.live import messages
from query_api.live.changes import PAGE, Changes
from query_api.live.open_streams import OpenStreams

LOOK_SECONDS: Final = 60.0
PAUSE_AFTER_TROUBLE_SECONDS: Final = 0.2
# A step may come before its match is shown.
STEPS_WAIT_SECONDS: Final = 5.0
MOST_STEPS: Final = 1000
# Of a match that changed more often since, nobody needs to hear how its reading goes on.
LATELY: Final = 10

log = logging.getLogger(__name__)


class Feed:
    """Follows the read models. Somebody has to `listen` and to `follow`.

    What happened up to `position` was offered.
    """

    def __init__(self, changes: Changes, progress: Progress, streams: OpenStreams) -> None:
        self._changes = changes
        self._progress = progress
        self._streams = streams
        self._steps: list[tuple[float, ReadingStep]] = []
        self._wake = asyncio.Event()
        self._is_needed = asyncio.Event()
        self.position = 0

    def begin(self, projected: int) -> None:
        """A stream is about to open; without others, nobody needs what happened before."""
        if not len(self._streams):
            self.position = max(self.position, projected)
        self._is_needed.set()

    def tell(self, step: ReadingStep) -> None:
        """A reading went on."""
        if len(self._streams) and len(self._steps) < MOST_STEPS:
            self._steps.append((monotonic(), step))
            self._wake.set()

    async def listen(self) -> None:
        """Wake `follow` whenever the read models went on, until cancelled."""
        heard = 0
        while True:
            if not len(self._streams):
                self._is_needed.clear()
            await self._is_needed.wait()
            if await self._progress.reached(heard + 1, LOOK_SECONDS):
                heard = self._progress.position
                self._wake.set()

    async def follow(self) -> None:
        """Offer what happened, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._offer_changes(self._progress.position)
                await self._offer_steps()
            except (psycopg.Error, OSError) as error:
                log.warning("streams wait for the database: %s", type(error).__name__)
                await asyncio.sleep(PAUSE_AFTER_TROUBLE_SECONDS)
                self._wake.set()

    async def _offer_changes(self, upto: int) -> None:
        while self.position < upto:
            if not len(self._streams):
                self.position = upto
                return
            page = await self._changes.of_all(self.position, upto)
            followed = [changed for changed in page if self._streams.of(changed.owner_id)]
            views = await self._changes.views(followed)
            # From here on nothing is waited for: no stream opens in the middle.
            for changed in page:
                if streams := self._streams.of(changed.owner_id):
                    view = views.get((changed.owner_id, changed.match_id))
                    message = messages.change(changed, view)
                    for stream in streams:
                        stream.offer(changed, message)
            reached = page[-1].position if page and len(page) >= PAGE - 1 else upto
            self.position = max(self.position, reached)  # a stream may have begun further on

    async def _offer_steps(self) -> None:
        waiting, self._steps = self._steps, []
        if not waiting:
            return
        known = await self._changes.known({step.match_id for _, step in waiting})
        for told_at, step in waiting:
            match = known.get(step.match_id)
            if match and _is_asked_for(step, match.version):
                for player_id in match.players:
                    for stream in self._streams.of(player_id):
                        stream.offer_step(step.match_id, messages.reading(step))
            elif monotonic() - told_at < STEPS_WAIT_SECONDS:
                self._steps.append((told_at, step))


def _is_asked_for(step: ReadingStep, version: int) -> bool:
    """Whether a match of this version was told to be read: it is not told later than the step."""
    lately = range(version, max(version - LATELY, 0), -1)
    return any(event_id(step.match_id, each) == step.request_id for each in lately)
