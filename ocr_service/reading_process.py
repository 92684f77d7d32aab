"""The child process that decodes and reads: pictures on standard input, answers on output.

Started by `ocr_service.isolation`. It ends when its input ends, so it never outlives its parent.
"""

import ctypes
import os
import queue
import resource
import signal
import sys
import threading
from typing import BinaryIO, Final

import msgspec

from events.reading import Reading
from ocr_service.frames import LENGTH, READY, Answer, framed
from ocr_service.looked import Looked

PR_SET_PDEATHSIG: Final = 1


def main(engine_name: str, memory: int, cpu_seconds: int) -> None:
    """Read pictures until the input ends; `memory` is in bytes, both limits are the kernel's."""
    pictures, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not disturb the answers
    _die_with_parent()
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(pictures, waiting), daemon=True).start()
    # One picture is one core's work, and these are read when the libraries load.
    os.environ.update(OMP_THREAD_LIMIT="1", OPENBLAS_NUM_THREADS="1")
    from ocr_service.digits import warm_up
    from ocr_service.engines import engine
    from ocr_service.read import look

    reader = engine(engine_name)
    warm_up()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    _send(answers, READY)
    while True:
        picture = waiting.get()
        _allow_cpu(cpu_seconds)
        _send(answers, msgspec.msgpack.encode(_answer(look(picture, reader))))


def _receive(pictures: BinaryIO, waiting: "queue.SimpleQueue[bytes]") -> None:
    while length := pictures.read(LENGTH.size):
        waiting.put(pictures.read(LENGTH.unpack(length)[0]))
    os._exit(0)  # the parent is gone, whatever the main thread is doing


def _answer(looked: Looked) -> Answer:
    if isinstance(looked.outcome, Reading):
        return Answer(reading=looked.outcome, thumbnail=looked.thumbnail)
    return Answer(failure=looked.outcome, thumbnail=looked.thumbnail)


def _send(answers: BinaryIO, message: bytes) -> None:
    answers.write(framed(message))
    answers.flush()


def _allow_cpu(seconds: int) -> None:
    """From now on, `seconds` more; the kernel then sends SIGXCPU, which ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    limit = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


def _die_with_parent() -> None:
    """Linux only; elsewhere the end of the input does it, as soon as Python runs again."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
