"""Large and hostile uploads to a running copy: refused or taken, and no process grows by much."""

import random
import threading
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import psutil
import pytest

from command_api.pictures import MAX_BYTES
from tests.command_api.pictures.assembly import chunk, header
from tests.contract.forms import CONTENT_TYPE, END, part, upload
from tests.journeys.copies import Copy
from tests.journeys.players import Player

MOST_GROWTH = 64 * 2**20
AT_ONCE = 20
LOOK_EVERY_SECONDS = 0.005
HEADERS = {"Content-Type": CONTENT_TYPE}


def full_size() -> bytes:
    """A PNG of very nearly 10 MiB, all of which is kept; its pixels are nonsense to a decoder."""
    width, height = 3000, 1160
    noise = random.Random(7).randbytes(height * (1 + 3 * width))  # noqa: S311  # nothing secret
    picture = header(width, height) + chunk(b"IDAT", zlib.compress(noise, 0)) + chunk(b"IEND")
    assert 0.99 * MAX_BYTES < len(picture) <= MAX_BYTES
    return picture


def inflating(width: int, height: int) -> bytes:
    """164 KB that inflate to 160 MB, in a picture that says to be of this size."""
    deflated = zlib.compressobj(9)
    content = b"".join(deflated.compress(bytes(2**20)) for _ in range(160)) + deflated.flush()
    return header(width, height) + chunk(b"IDAT", content) + chunk(b"IEND")


@contextmanager
def watched(copy: Copy) -> Iterator[Callable[[], dict[str, int]]]:
    """Gives what tells by how much each process grew at most, in bytes, by what it is."""
    root = psutil.Process(copy.process.pid)
    before, names = {}, {}
    for process in [root, *root.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):  # a connection's process may end at any moment
            names[process] = " ".join([*process.cmdline()[-2:], str(process.pid)])
            before[process] = process.memory_info().rss
    most = dict(before)
    over = threading.Event()

    def watch() -> None:
        while not over.wait(LOOK_EVERY_SECONDS):
            for process in before:
                try:
                    most[process] = max(most[process], process.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield lambda: {names[p]: most[p] - before[p] for p in before}
    finally:
        over.set()
        watching.join()


def pieces(form: bytes) -> Iterator[bytes]:
    for start in range(0, len(form), 65_536):
        yield form[start : start + 65_536]


def test_twenty_pictures_of_full_size_at_once_take_little_memory(
    copy: Copy, player: Player
) -> None:
    form = upload(full_size())
    with watched(copy) as grown, ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(
            threads.map(
                lambda _: player.http.post("/api/matches/", content=pieces(form), headers=HEADERS),
                range(AT_ONCE),
            )
        )
        growth = grown()
    assert {answer.status_code for answer in answers} == {201}, answers[0].text
    api = {name: size for name, size in growth.items() if "api" in name}
    assert max(api.values()) < MOST_GROWTH, growth


HOSTILE = {
    "a picture of a gigabyte": (400, lambda: upload(inflating(20_000, 17_000))),
    "more pixels than the picture has": (
        201,
        lambda: (
            part("screenshot", inflating(1000, 1000), filename="match.png")
            + part("opponent_name", b"Yassine")
            + END
        ),
    ),
    "a body of 200 MB": (
        413,
        lambda: part("screenshot", bytes(200 * 10**6), filename="match.png") + END,
    ),
    "a thousand parts": (400, lambda: b"".join(part(f"x{n}", b"1") for n in range(1000)) + END),
}


@pytest.mark.parametrize(("status", "form"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_upload_makes_no_process_grow(
    copy: Copy, player: Player, status: int, form: Callable[[], bytes]
) -> None:
    content = form()
    with watched(copy) as grown:
        answer = player.http.post("/api/matches/", content=pieces(content), headers=HEADERS)
        growth = grown()
    assert answer.status_code == status, answer.text
    assert max(growth.values()) < MOST_GROWTH, growth
