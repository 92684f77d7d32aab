"""The running system: servers first, then our parts; all kept running; stopped in reverse."""

import asyncio
import os
import signal
import time
from asyncio import to_thread
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from deploy import nats, postgres
from deploy.address import readiness
from deploy.data_folder import DataFolder
from deploy.launch import Launch, StartFailed
from deploy.logs import keep_short
from deploy.nats import Nats
from deploy.postgres import Postgres
from deploy.settings import Settings
from deploy.supervisor import Kept, run_once
from deploy.terminal import complain, say

MIGRATE: Final = "migrate"
BEHIND_API: Final = ("ocr", "followers")
API: Final = "api"
PART_STOPS_WITHIN: Final = 15.0  # seconds: an upload may be waiting 10 s for its reading
IMPATIENT: Final = 30.0  # seconds until we say what the system is not ready for
ASK_AGAIN: Final = 0.05  # seconds
MIGRATE_AGAIN: Final = 1.0  # seconds


class System:
    """PostgreSQL, NATS and our parts on one data folder.

    `launch_part` says how a part of ours is started with the settings given: ``api``, ``ocr``,
    ``followers``, and ``migrate``, which ends by itself.
    """

    def __init__(
        self,
        settings: Settings,
        folder: DataFolder,
        launch_part: Callable[[str, Settings], Launch],
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._launch_part = launch_part
        self._postgres = Postgres(folder.postgres)
        self._nats = Nats(folder.nats)
        self._stages: list[list[Kept]] = []  # in the order of starting
        # The parts see the end of this pipe when this process dies, however it dies.
        self._lifeline, self._our_end = os.pipe()

    async def run(self) -> None:
        """Start, serve until told to stop, stop; raises `StartFailed`."""
        told_to_stop = asyncio.Event()
        self._obey_signals(told_to_stop)
        stopping = asyncio.create_task(told_to_stop.wait())
        starting = asyncio.create_task(self._start())
        logs = asyncio.create_task(keep_short(self._folder.logs))
        try:
            await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
            await stopping
            say("Stopping.")
        finally:
            for task in (starting, stopping, logs):
                task.cancel()
            await asyncio.wait({starting, stopping, logs})
            for stage in reversed(self._stages):
                await asyncio.gather(*(kept.stop() for kept in stage))
            self._postgres.tidy()
            os.close(self._lifeline)
            os.close(self._our_end)

    def _obey_signals(self, told_to_stop: asyncio.Event) -> None:
        def obey() -> None:
            if told_to_stop.is_set():  # told twice: no more waiting
                for kept in self._all():
                    kept.kill()
            told_to_stop.set()

        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, obey)
        loop.add_signal_handler(signal.SIGTERM, obey)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # it is ignored under nohup
            loop.add_signal_handler(signal.SIGHUP, obey)

    async def _start(self) -> None:
        started_at = time.monotonic()
        await self._start_servers()
        await self._migrate()
        self._begin(*(self._part(name) for name in BEHIND_API))
        self._begin(self._part(API))
        await self._until_ready(started_at)
        say(_how_to_use(self._settings, self._folder, time.monotonic() - started_at))

    async def _start_servers(self) -> None:
        if not self._folder.postgres.exists():
            say(f"Preparing the data folder {self._folder.path}.")
        await to_thread(self._postgres.prepare)
        await to_thread(self._nats.prepare)
        database = Kept(
            "postgres",
            self._postgres.launch,
            self._log("postgres"),
            answers=self._postgres.answers,
            on_return=self._hurry,
            stop_signal=signal.SIGINT,  # "fast": cuts the connections and loses nothing
            stops_within=postgres.STOPS_WITHIN,
        )
        queue = Kept(
            "nats",
            self._nats.launch,
            self._log("nats"),
            answers=self._nats.answers,
            on_return=self._make_streams_again,
            stop_signal=signal.SIGINT,
            stops_within=nats.STOPS_WITHIN,
        )
        self._begin(database)
        self._begin(queue)
        await asyncio.gather(
            database.first_answer(postgres.STARTS_WITHIN), queue.first_answer(nats.STARTS_WITHIN)
        )
        await to_thread(self._postgres.furnish)
        self._settings = replace(
            self._settings, database=self._postgres.conninfo(), nats=self._nats.url
        )

    def _part(self, name: str) -> Kept:
        return Kept(
            name,
            partial(self._launch_part, name, self._settings),
            self._log(name),
            stops_within=PART_STOPS_WITHIN,
            stdin=self._lifeline,
        )

    def _begin(self, *stage: Kept) -> None:
        self._stages.append(list(stage))
        for kept in stage:
            kept.start()

    async def _migrate(self) -> None:
        launch = self._launch_part(MIGRATE, self._settings)
        await run_once(launch, MIGRATE, self._log(MIGRATE), self._lifeline)

    async def _make_streams_again(self) -> None:
        """NATS came back, perhaps with an empty folder."""
        while True:
            try:
                await self._migrate()
            except StartFailed as failure:
                complain(str(failure))
                await asyncio.sleep(MIGRATE_AGAIN)
            else:
                return await self._hurry()

    async def _hurry(self) -> None:
        for kept in self._all():
            kept.hurry()

    async def _until_ready(self, started_at: float) -> None:
        is_said = False
        while not (now := await to_thread(readiness, self._settings)).is_ready:
            if not is_said and time.monotonic() - started_at > IMPATIENT:
                complain(f"Still not ready. {now.detail} The logs are in {self._folder.logs}.")
                is_said = True
            await asyncio.sleep(ASK_AGAIN)

    def _all(self) -> list[Kept]:
        return [kept for stage in self._stages for kept in stage]

    def _log(self, name: str) -> Path:
        return self._folder.logs / f"{name}.log"


def _how_to_use(settings: Settings, folder: DataFolder, seconds: float) -> str:
    port = "" if settings.port == Settings().port else f" TRACKER_PORT={settings.port}"
    mail = "" if settings.smtp else f"\n  Mails          {settings.mail}, until TRACKER_SMTP is set"
    return f"""\
eFootball Match Tracker is ready at {settings.address} (after {seconds:.1f} s).

  Try it         make demo{port}, in another terminal
                 make demo{port} PICTURE=path/to/your/screenshot.jpg
  Read on        README.md
  Data and logs  {folder.path}{mail}
  Stop           Ctrl-C
"""
