"""``python -m deploy projections ...``: look at the read models, build them anew, swap them."""

import argparse
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Final

import psycopg
from psycopg.rows import TupleRow
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from deploy.operating import with_database
from deploy.sealing_key import open_owner_keys
from deploy.settings import Settings
from deploy.terminal import complain
from events.sealing import Keys
from projections import rebuild as rebuilding
from projections import swap as swapping
from projections import verify as verifying
from projections.builds import Build, Refused, built, row_count
from projections.catalogue import PROJECTIONS, with_keys
from projections.condition import Condition, condition_of, question
from projections.connecting import connect
from projections.dead_letters import retry as retry_parked
from projections.projection import Projection

console: Final = Console()


def run(settings: Settings, parsed: argparse.Namespace) -> int:
    """Do what `parsed` says; returns the exit status."""
    settings = with_database(settings, "projections")
    database = settings.database
    unnamed: dict[str, Callable[[str], int]] = {"list": list_builds, "lag": lag}
    named: dict[str, Callable[[str, Projection], int]] = {
        "rebuild": rebuild,
        "verify": verify,
        "swap": lambda database, projection: swap(database, projection, back=parsed.back),
        "drop-old": lambda database, projection: drop(database, projection, Build.OLD),
        "drop-next": lambda database, projection: drop(database, projection, Build.NEXT),
    }
    try:
        if parsed.action in unnamed:
            return unnamed[parsed.action](database)
        with closing(open_owner_keys(settings)) as keys:
            if parsed.action == "retry":
                return retry(database, keys)
            return named[parsed.action](database, with_keys(_named(parsed.name), keys))
    except Refused as refusal:
        complain(str(refusal))
    except psycopg.errors.LockNotAvailable:
        complain("Somebody else holds what this needs; try again in a moment.")
    except psycopg.errors.UndefinedTable:
        complain("The database has no read models yet. Run `python -m deploy migrate` first.")
    except psycopg.OperationalError as error:
        complain(f"The database cannot be reached: {error}".strip())
    return 1


def list_builds(database: str) -> int:
    """Show every build with its version, its position and its rows."""
    table = Table("name", "build", "version", "position", "behind", "rows", "built")
    with connect(database, "list projections") as conn:
        for projection in PROJECTIONS.values():
            head = _condition(conn, projection).head
            for build in Build:
                found = built(conn, projection, build)
                if found:
                    table.add_row(
                        projection.name,
                        build.value,
                        f"{found.version} of {projection.version}",
                        f"{found.position:,}",
                        f"{max(head - found.position, 0):,}",
                        f"{row_count(conn, projection, build):,}",
                        f"{found.built_at:%Y-%m-%d %H:%M}",
                    )
    console.print(table)
    return 0


def lag(database: str) -> int:
    """Show how far behind each live build is; the status is 1 where events are set aside."""
    table = Table("name", "position", "log", "behind", "for", "matches set aside")
    with connect(database, "lag of projections") as conn:
        found = [_condition(conn, projection) for projection in PROJECTIONS.values()]
    for each in found:
        table.add_row(
            each.name,
            f"{each.position:,}",
            f"{each.head:,}",
            f"{each.behind:,}",
            f"{each.age.total_seconds():.1f} s" if each.behind else "",
            f"{each.parked:,}",
        )
    console.print(table)
    _tell(sentence for each in found for sentence in (each.misfit, each.complaint))
    return 1 if any(each.parked or each.misfit for each in found) else 0


def retry(database: str, keys: Keys) -> int:
    """Project again what was set aside; the status is 1 where some of it still cannot be."""
    waiting = 0
    with connect(database, "retry of projections") as conn:
        for projection in PROJECTIONS.values():
            retried = retry_parked(conn, with_keys(projection, keys))
            waiting += retried.waiting
            _say(
                f"{projection.name}: {retried.projected:,} events were taken up,"
                f" {retried.waiting:,} still wait.",
            )
    return 1 if waiting else 0


def rebuild(database: str, projection: Projection) -> int:
    """Build anew, with a bar that says how far it is and how long it takes."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(show_speed=True),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("reading", total=None)

        def report(done: int, total: int, doing: str) -> None:
            progress.update(task, completed=done, total=total, description=doing)

        made = rebuilding.rebuild(database, projection, report)
    aside = f", {made.parked:,} of them set aside" if made.parked else ""
    _say(
        f"The new build of {projection.name} holds {made.events:,} events{aside}."
        f" `verify {projection.name}` compares it, `swap {projection.name}` makes it the live one.",
    )
    return 0


def verify(database: str, projection: Projection) -> int:
    """Compare row by row; the status is 1 where the builds are not equal."""
    compared = verifying.verify(database, projection)
    table = Table("table", "equal", "different", "only live", "only new", "such as")
    for each in compared:
        numbers = (each.equal, each.different, each.only_live, each.only_next)
        table.add_row(each.table, *(f"{number:,}" for number in numbers), "\n".join(each.examples))
    console.print(table)
    for each in compared:
        if each.columns:
            _say(
                f"{each.table} has another shape, so its rows were not compared:"
                f" {', '.join(each.columns)}.",
            )
    return 0 if all(each.is_equal for each in compared) else 1


def swap(database: str, projection: Projection, *, back: bool) -> int:
    """Make another build the live one."""
    swapped = swapping.swap(database, projection, back=back)
    kept = (
        "The one it replaced is the next build again."
        if back
        else f"The one before is kept: `swap {projection.name} --back` returns to it,"
        f" `drop-old {projection.name}` removes it."
    )
    _say(
        f"The live build of {projection.name} is of version {swapped.after} and stands at"
        f" {swapped.position:,}. {kept}",
    )
    return 0


def drop(database: str, projection: Projection, build: Build) -> int:
    """Remove a build that nobody uses."""
    swapping.drop(database, projection, build)
    _say(f"The {build} build of {projection.name} is gone.")
    return 0


def _named(name: str) -> Projection:
    if name in PROJECTIONS:
        return PROJECTIONS[name]
    raise Refused(f"There is no projection named {name}. These are: {', '.join(PROJECTIONS)}.")


def _condition(conn: psycopg.Connection[TupleRow], projection: Projection) -> Condition:
    row = conn.execute(question(projection)).fetchone()
    if row is None:
        raise Refused(f"The live build of {projection.name} is damaged; rebuild and swap it.")
    return condition_of(projection, row)


def _say(text: str) -> None:
    console.print(text, highlight=False, soft_wrap=True)


def _tell(sentences: Iterable[str | None]) -> None:
    for sentence in sentences:
        if sentence:
            _say(sentence)
