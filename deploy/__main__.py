"""The command line: ``python -m deploy up`` starts everything, the other commands one part each."""

import argparse
import os
import sys
from pathlib import Path
from typing import Final
from uuid import UUID

from deploy.address import AddressRefused
from deploy.data_folder import DataFolderRefused
from deploy.launch import StartFailed
from deploy.lifeline import die_with_standard_input
from deploy.setting_forms import BadSetting
from deploy.settings import Settings, read_settings, require
from deploy.terminal import complain

INTERRUPTED: Final = 130  # the exit status of what Ctrl-C ended, as shells have it
PARTS: Final = {
    "api": "serve the HTTP interface",
    "ocr": "read the screenshots that wait in NATS",
    "followers": "keep the read models and NATS up to date with the log",
    "migrate": "bring the tables and streams up to date, then end",
}
# What is done to one projection, which is named.
PROJECTION_ACTIONS: Final = {
    "rebuild": "build it anew beside the live one, which goes on",
    "verify": "compare the new build with the live one, row by row",
    "swap": "put the new build in the place of the live one, which is kept",
    "drop-old": "remove the build that was kept",
    "drop-next": "remove a new build that is not wanted",
}


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    parsed = _parser().parse_args(arguments)
    try:
        settings = read_settings(os.environ)
        if parsed.command == "up":
            from deploy.embedded import up

            up(settings, os.environ)
            return 0
        if parsed.command == "demo":
            from deploy.demo import demo

            return demo(settings, parsed.picture)
        if parsed.command == "log":
            from deploy.log_commands import run

            return run(settings, parsed)
        if parsed.command == "keys":
            from deploy.key_commands import run as run_keys

            return run_keys(settings, parsed)
        if parsed.command == "reading-export":
            from deploy.reading_export import run as run_reading_export

            return run_reading_export(settings, parsed.folder)
        if parsed.command == "projections":
            from deploy.projections import run as run_projections

            return run_projections(settings, parsed)
        if parsed.die_with_standard_input:
            die_with_standard_input()
        return _run_part(parsed.command, settings)
    except (BadSetting, DataFolderRefused, AddressRefused, StartFailed) as refusal:
        complain(str(refusal))
        return 1
    except KeyboardInterrupt:
        complain("Stopped before it was done.")
        return INTERRUPTED


def _run_part(part: str, settings: Settings) -> int:
    # Imported here: the OCR must not load the web, nor the web the OCR.
    from deploy.wiring import migrate, run_api, run_followers, run_ocr

    if part == "ocr":
        require(settings, part, "nats")
        run_ocr(settings)
        return 0
    from deploy.database_check import DatabaseRefused
    from deploy.migrate import MigrationFailed

    require(settings, part, "database", "nats")
    run = {"api": run_api, "followers": run_followers, "migrate": migrate}[part]
    try:
        run(settings)
    except (DatabaseRefused, MigrationFailed) as refusal:
        complain(str(refusal))
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy",
        description="eFootball Match Tracker. The settings are TRACKER_... variables; see README.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("up", help="start everything on this machine, with its own servers")
    demo = commands.add_parser("demo", help="show a running system at work")
    demo.add_argument("picture", nargs="?", type=Path, help="a screenshot; drawn when left out")
    _add_log_actions(
        commands.add_parser("log", help="look at the event log, check it, export and import it")
    )
    _add_projection_actions(
        commands.add_parser("projections", help="look at the read models, rebuild and swap them")
    )
    _add_key_actions(
        commands.add_parser("keys", help="look at the keys that sign tokens, and rotate them")
    )
    reading = commands.add_parser(
        "reading-export", help="write wrongly read pictures with what players said of them"
    )
    reading.add_argument("folder", type=Path)
    for part, does in PARTS.items():
        command = commands.add_parser(part, help=does)
        command.add_argument(
            "--die-with-standard-input",
            action="store_true",
            help="end at once when the standard input ends; `up` starts its parts so",
        )
    return parser


def _add_log_actions(log: argparse.ArgumentParser) -> None:
    actions = log.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("tail", help="print events as they are appended, until Ctrl-C")
    show = actions.add_parser("show", help="print a match with its events")
    show.add_argument("match", type=UUID)
    actions.add_parser("verify", help="check the chain of hashes from the first event to the last")
    export = actions.add_parser("export", help="write the whole log as lines of JSON")
    export.add_argument("file", type=Path)
    export.add_argument("--keys", type=Path, help="write the keys to the names in it here")
    take_in = actions.add_parser("import", help="fill an empty system from an export")
    take_in.add_argument("file", type=Path)
    take_in.add_argument("--keys", type=Path, help="the keys to the names in it")


def _add_key_actions(keys: argparse.ArgumentParser) -> None:
    actions = keys.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="show every key and what it does")
    rotate = actions.add_parser("rotate", help="bring in a new key; nobody has to sign in again")
    soon = "when it signs: 600 by default, and not less than 5, for all have to know it by then"
    rotate.add_argument("--signs-in", type=_seconds, default=600, metavar="SECONDS", help=soon)
    retire = actions.add_parser("retire", help="remove a key whose tokens have all run out")
    retire.add_argument("kid", metavar="KEY")
    retire.add_argument("--now", action="store_true", help="even while it is needed")


def _seconds(text: str) -> int:
    seconds = int(text)
    if not 5 <= seconds <= 86_400:
        raise ValueError(text)
    return seconds


def _add_projection_actions(projections: argparse.ArgumentParser) -> None:
    actions = projections.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="show all builds of all read models")
    actions.add_parser("lag", help="show how far the read models are behind the log")
    actions.add_parser("retry", help="take up again the events that could not be projected")
    for name, does in PROJECTION_ACTIONS.items():
        action = actions.add_parser(name, help=does)
        action.add_argument("name", metavar="NAME", help="such as matches")
        if name == "swap":
            back = "put the build that was kept in its place again"
            action.add_argument("--back", action="store_true", help=back)


if __name__ == "__main__":
    sys.exit(main())
