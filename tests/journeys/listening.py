"""A client that listens to a stream of events, as a browser's EventSource does."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import httpx
from msgspec import Struct

from tests.journeys.players import Player
from tests.plain_http import NO_CERTIFICATES

WITHIN = 20.0  # seconds


class Event(Struct, frozen=True):
    kind: str
    data: Any
    id: str  # the last that was given


class Listener:
    """The events of an open stream, one after the other."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.last_id = ""
        self._lines = answer.iter_lines()

    def opened(self) -> str:
        """Wait for the first place to come back to."""
        for line in self._lines:
            if line.startswith("id: "):
                self.last_id = line.removeprefix("id: ")
            if not line:
                return self.last_id
        raise AssertionError("the stream ended")

    def __iter__(self) -> Iterator[Event]:
        kind = data = ""
        for line in self._lines:
            name, _, value = line.partition(": ")
            if name == "id":
                self.last_id = value
            elif name == "event":
                kind = value
            elif name == "data":
                data = value
            elif not line and kind:
                yield Event(kind, json.loads(data), self.last_id)
                kind = data = ""

    def until(self, kind: str) -> list[Event]:
        """All events up to the next of a kind."""
        seen = []
        for event in self:
            seen.append(event)
            if event.kind == kind:
                return seen
        raise AssertionError(f"the stream ended after {seen}")


@contextmanager
def listening(
    player: Player,
    path: str = "/api/events/",
    headers: Mapping[str, str] = MappingProxyType({}),
    *,
    signed_in: bool = True,
) -> Iterator[Listener]:
    """A stream that is open; what comes within the block is heard."""
    token = {"Authorization": player.http.headers["Authorization"]} if signed_in else {}
    with (
        httpx.Client(
            base_url=player.http.base_url, trust_env=False, verify=NO_CERTIFICATES, timeout=WITHIN
        ) as http,
        http.stream("GET", path, headers={**token, **headers}) as answer,
    ):
        yield Listener(answer)
