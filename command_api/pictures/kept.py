"""Collects the parts of a file that are kept; in a row they make a new one."""

from collections.abc import Sequence


class Kept:
    """The parts to keep of `upload`, in the order in which they are to be written.

    Neighbouring ranges are held as one, so that the memory does not grow with their number.
    """

    def __init__(self, upload: memoryview) -> None:
        self._upload = upload
        self._parts: list[bytes | memoryview] = []
        self._start = self._end = 0
        self.size = 0  # bytes, so far

    def keep(self, start: int, end: int) -> None:
        """Keep the bytes of the upload from `start` up to, not including, `end`."""
        if start != self._end:
            self._flush()
            self._start = start
        self._end = end
        self.size += end - start

    def write(self, data: bytes) -> None:
        """Write `data`, which replaces something of the upload."""
        self._flush()
        self._parts.append(data)
        self.size += len(data)

    def parts(self, head: bytes = b"") -> Sequence[bytes | memoryview]:
        """The new file: `head`, then the parts. They look into the upload, nothing is copied."""
        self._flush()
        return [head, *self._parts] if head else self._parts

    def _flush(self) -> None:
        if self._start < self._end:
            self._parts.append(self._upload[self._start : self._end])
        self._start = self._end
