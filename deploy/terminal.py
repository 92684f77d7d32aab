"""What `up` says to the person who started it, never held up by a terminal that nobody reads."""

import select
import sys
from typing import Final, TextIO

LONGEST: Final = 4096  # bytes; so many fit whenever a pipe counts as writable


def say(text: str) -> None:
    """Show `text` now."""
    _write(sys.stdout, text)


def complain(text: str) -> None:
    """Show `text` now as something gone wrong."""
    _write(sys.stderr, text)


def _write(stream: TextIO, text: str) -> None:
    # Supervision must go on when the reader is gone or has stopped reading.
    try:
        if select.select([], [stream], [], 0)[1]:
            line = f"{text}\n".encode(errors="replace")
            stream.buffer.write(line if len(line) <= LONGEST else line[: LONGEST - 5] + b" ...\n")
            stream.flush()
    except (OSError, ValueError):
        return
