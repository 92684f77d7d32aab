"""How often a process that serves looks for garbage that refers to itself."""

import gc
from typing import Final

# By default after every 700 containers, which is several times in a request.
THRESHOLDS: Final = (10_000, 20, 20)


def collect_seldom() -> None:
    """Look less often, and never again at what is there now: it stays as long as the process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
