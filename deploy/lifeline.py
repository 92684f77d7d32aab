"""A part that `up` started must not outlive it, not even when `up` is killed with ``kill -9``."""

import os
import signal
import threading


def die_with_standard_input() -> None:
    """From now on, kill this process and all it started when the standard input ends.

    The starter holds the other end of that pipe; the kernel closes it however the starter dies.
    """
    threading.Thread(target=_watch, name="lifeline", daemon=True).start()


def _watch() -> None:
    # os.read, for a daemon thread inside sys.stdin would crash the interpreter's shutdown.
    while os.read(0, 1):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)
