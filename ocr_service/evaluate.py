"""Measures the reading over a folder of pictures with known values.

``python -m ocr_service.evaluate FOLDER`` reads every picture named in FOLDER/truth.json and prints
what was right, wrong and absent, how honest the confidence is, and how long it took; the last
line is JSON with the totals.
"""

import argparse
import resource
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Final

import msgspec
from rich.console import Console
from rich.progress import track
from rich.table import Table

from events.reading import Reading, Unreadable
from ocr_service.digits import warm_up
from ocr_service.engine import TextEngine
from ocr_service.engines import DEFAULT, ENGINES, engine
from ocr_service.read import read
from ocr_service.report import Report
from ocr_service.scoring import STEPS, SURE, Score, share
from ocr_service.truth import Truth, load_truths

Case = tuple[bytes, Truth]
VERDICTS: Final = ("right", "wrong", "absent")


class Timing:
    """Milliseconds and CPU seconds of each reading."""

    def __init__(self) -> None:
        self.milliseconds: list[float] = []
        self.cpu_seconds = 0.0

    def read(self, picture: bytes, text_engine: TextEngine) -> Reading | Unreadable:
        started, used = perf_counter(), _cpu_seconds()
        outcome = read(picture, text_engine)
        self.milliseconds.append((perf_counter() - started) * 1000)
        self.cpu_seconds += _cpu_seconds() - used
        return outcome

    def percentile(self, part: float) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0


def _cpu_seconds() -> float:
    """Of this process and of the programs it has started and waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def evaluate(
    cases: Iterable[Case], text_engine: TextEngine, report: Report | None = None
) -> tuple[Score, Timing]:
    """Read all cases; `report` collects the values that were missed."""
    warm_up()
    score, timing = Score(), Timing()
    for picture, truth in cases:
        outcome = timing.read(picture, text_engine)
        missed = score.add(outcome, truth)
        if report is not None and missed:
            report.add(picture, truth, outcome, missed)
    return score, timing


def cases_of(folder: Path) -> Iterator[Case]:
    """The pictures of `folder`; `file` counts from the folder, or from the one it is in."""
    for truth in load_truths(folder):
        path = folder / truth.file
        yield (path if path.exists() else folder.parent / truth.file).read_bytes(), truth


def totals(score: Score, timing: Timing, engine_name: str) -> dict[str, object]:
    """The sums, as they stand in the last line."""
    pictures = max(1, score.pictures)
    return {
        "engine": engine_name,
        "pictures": score.pictures,
        "outcomes": dict(score.outcomes),
        "numbers": dict(score.numbers),
        "right_share": round(share(score.numbers, "right"), 6),
        "wrong_share": round(share(score.numbers, "wrong"), 6),
        f"wrong_above_{SURE}": score.sure_and_wrong,
        "invented": score.invented,
        "kinds": {kind: dict(counts) for kind, counts in score.kinds.items()},
        "fields": {field: dict(counts) for field, counts in score.fields.items()},
        "p50_ms": round(timing.percentile(0.5), 1),
        "p95_ms": round(timing.percentile(0.95), 1),
        "cpu_seconds_per_picture": round(timing.cpu_seconds / pictures, 4),
    }


def show(console: Console, score: Score, timing: Timing) -> None:
    """The tables: by kind, by field, by confidence, and the time."""
    for title, counted in (("kind (numbers only)", score.kinds), ("field", score.fields)):
        table = Table(title, *VERDICTS, "right %")
        for name, counts in counted.items():
            cells = [str(counts[verdict]) for verdict in VERDICTS]
            table.add_row(name, *cells, f"{100 * share(counts, 'right'):.2f}")
        console.print(table)
    table = Table("confidence", "numbers", "wrong", "right %")
    for low, high in pairwise(STEPS):
        counts = score.steps[low]
        table.add_row(
            f"{low:.2f} to {min(high, 1):.2f}",
            str(counts.total()),
            str(counts["wrong"]),
            f"{100 * share(counts, 'right'):.2f}" if counts.total() else "",
        )
    console.print(table)
    console.print(
        f"{score.pictures} pictures; {timing.percentile(0.5):.0f} ms (median),"
        f" {timing.percentile(0.95):.0f} ms (95 %),"
        f" {timing.cpu_seconds / max(1, score.pictures):.3f} CPU seconds a picture"
    )


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure the reading of screenshots.")
    parser.add_argument("folder", type=Path, help="a folder with truth.json and its pictures")
    parser.add_argument("--engine", choices=ENGINES, default=DEFAULT)
    parser.add_argument("--write-report", type=Path, metavar="HTML")
    chosen = parser.parse_args()
    console = Console(stderr=False)
    text_engine = engine(chosen.engine)
    try:
        cases = list(cases_of(chosen.folder))
    except (OSError, msgspec.DecodeError) as problem:
        sys.exit(f"The pictures of {chosen.folder} cannot be used: {problem}")
    report = Report() if chosen.write_report else None
    progress = track(cases, "Reading", console=Console(stderr=True), transient=True)
    score, timing = evaluate(progress, text_engine, report)
    show(console, score, timing)
    if report is not None:
        chosen.write_report.write_text(report.html(), encoding="utf-8")
    sys.stdout.write(msgspec.json.encode(totals(score, timing, text_engine.name)).decode() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
