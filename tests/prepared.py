"""A database as the first start of the system leaves it: made once by each process, then copied.

To make one takes longer than most tests: several programs run, and hundreds of files are written.
"""

import atexit
import subprocess
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Final

from deploy.data_folder import taken_data_folder
from deploy.migrate import migrate_tables
from deploy.postgres import Postgres
from projections.setup import create_read_models
from tests.folders import new_folder

FORGETTING: Final = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
_at_the_end: Final = ExitStack()
atexit.register(_at_the_end.close)


def prepare_database(folder: Path) -> None:
    """Make the folder of a database that has all tables and no rows; no server runs on it."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A program, for the files belong to the user that the server runs as.
    subprocess.run(["cp", "-a", str(_prepared()), str(folder)], check=True)  # noqa: S603, S607


def prepare_data_folder(path: Path) -> None:
    """Make a data folder whose database has all tables and no rows."""
    with taken_data_folder(path) as folder:
        prepare_database(folder.postgres)


@cache
def _prepared() -> Path:
    folder = _at_the_end.enter_context(new_folder()) / "prepared"
    server = Postgres(folder, FORGETTING)
    server.start()
    try:
        migrate_tables(server.conninfo())
        create_read_models(server.conninfo())
    finally:
        server.stop()
    return folder
