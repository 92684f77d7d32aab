"""Draws pictures from a seed, reads them all, and compares with the bars we hold ourselves to.

``python -m ocr_service.bench`` draws 300; ``--keep FOLDER`` leaves them there with their
truth.json, in the format of `ocr_service.evaluate`.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec
from rich.console import Console
from rich.progress import track
from rich.table import Table

from ocr_service.drawing.samples import KINDS, Sample, samples
from ocr_service.engines import DEFAULT, ENGINES, engine
from ocr_service.evaluate import Case, Timing, evaluate, show, totals
from ocr_service.report import Report
from ocr_service.scoring import Score, share

HARSH: Final = ("photo", "small")
REFUSED: Final = "near_miss"


def bars(score: Score, timing: Timing) -> list[tuple[str, str, bool]]:
    """Each bar: what is asked, what was measured, and whether it holds."""
    mild: Counter[str] = Counter()
    harsh: Counter[str] = Counter()
    for kind in KINDS:
        if kind != REFUSED:
            (harsh if kind in HARSH else mild).update(score.kinds[kind])
    cpu = timing.cpu_seconds / max(1, score.pictures)
    right, harsh_right, harsh_wrong = (
        share(mild, "right"),
        share(harsh, "right"),
        share(harsh, "wrong"),
    )
    median = timing.percentile(0.5)
    return [
        ("screenshots: numbers right, at least 99.9 %", f"{right:.3%}", right >= 0.999),
        ("photographed and small: right, at least 97 %", f"{harsh_right:.3%}", harsh_right >= 0.97),
        (
            "photographed and small: wrong, at most 0.3 %",
            f"{harsh_wrong:.3%}",
            harsh_wrong <= 0.003,
        ),
        ("wrong above 0.9 confidence: none", str(score.sure_and_wrong), not score.sure_and_wrong),
        ("numbers read where there are none: none", str(score.invented), not score.invented),
        ("median, at most 120 ms", f"{median:.0f} ms", median <= 120),
        ("CPU seconds a picture, at most 0.15", f"{cpu:.3f}", cpu <= 0.15),
    ]


def _kept(drawn: Iterable[Sample], folder: Path | None) -> Iterator[Case]:
    truths = []
    for sample in drawn:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / sample.truth.file).write_bytes(sample.picture)
            truths.append(sample.truth)
        yield sample.picture, sample.truth
    if folder is not None:
        (folder / "truth.json").write_bytes(msgspec.json.format(msgspec.json.encode(truths)))


def main() -> int:
    """The command line; 1 if a bar does not hold."""
    parser = argparse.ArgumentParser(description="Measure the reading on drawn pictures.")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stress", action="store_true", help="draw what can hardly be read")
    parser.add_argument("--engine", choices=ENGINES, default=DEFAULT)
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    parser.add_argument("--write-report", type=Path, metavar="HTML")
    chosen = parser.parse_args()
    text_engine = engine(chosen.engine)
    report = Report() if chosen.write_report else None
    cases = _kept(samples(chosen.seed, chosen.count, is_stress=chosen.stress), chosen.keep)
    progress = track(cases, "Reading", chosen.count, console=Console(stderr=True), transient=True)
    score, timing = evaluate(progress, text_engine, report)
    console = Console()
    show(console, score, timing)
    table = Table("bar", "measured", "holds")
    held = [] if chosen.stress else bars(score, timing)
    for asked, measured, holds in held:
        table.add_row(asked, measured, "yes" if holds else "NO")
    if held:
        console.print(table)
    if report is not None:
        chosen.write_report.write_text(report.html(), encoding="utf-8")
    sys.stdout.write(msgspec.json.encode(totals(score, timing, text_engine.name)).decode() + "\n")
    return 0 if all(holds for *_, holds in held) else 1


if __name__ == "__main__":
    sys.exit(main())
