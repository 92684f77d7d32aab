"""PostgreSQL from its wheel: make the database folder, start the server on it, reach it.

The server listens on a Unix socket only, in a folder that nobody else may enter, and asks the
kernel who is calling (``peer``): there is no port and no password. It refuses to run as root;
started by root, it runs as the user ``nobody`` (see `deploy.leash`).
"""

import hashlib
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg
from psycopg import sql

from deploy.launch import Launch, StartFailed, end, on_leash, wait_until
from deploy.wheels import POSTGRES_PROGRAMS

OWNER: Final = "postgres"  # the superuser
ROLE: Final = "tracker"  # what our parts are
DATABASE: Final = "tracker"
UNPRIVILEGED: Final = "nobody"
PORT: Final = "5432"  # a part of the socket's name, no network port
LONGEST_SOCKET_PATH: Final = 100  # bytes; the kernel takes 104 or 108
STARTS_WITHIN: Final = 60.0  # seconds, with the recovery after a crash
STOPS_WITHIN: Final = 20.0  # seconds


class Postgres:
    """A PostgreSQL server on `folder`, which is made when missing.

    `settings` are server settings by name, such as ``{"fsync": "off"}`` for a server whose data
    may be lost. What the server writes goes to ``<folder>.log`` when it is started by `start`.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder.absolute()
        self._settings = dict(settings or {})
        self._sockets = _socket_folder(self.folder)
        self._process: subprocess.Popen[bytes] | None = None

    def conninfo(self, database: str = DATABASE, role: str = ROLE) -> str:
        """The address of `database` for libpq."""
        return f"postgresql://{role}@/{database}?host={quote(str(self._sockets), '')}&port={PORT}"

    def prepare(self) -> None:
        """Make the folder if there is none, and say who may connect; the server is not running."""
        _make_closed(self._sockets)
        if not (self.folder / "PG_VERSION").exists():
            self._make_folder()
        caller = pwd.getpwuid(os.geteuid()).pw_name
        (self.folder / "pg_hba.conf").write_text("local all all peer map=ours\n")
        (self.folder / "pg_ident.conf").write_text(
            f'ours "{caller}" {OWNER}\nours "{caller}" {ROLE}\n'
        )

    def launch(self) -> Launch:
        """How to start the server now. Dying with its starter, it stops at once, as in a crash."""
        settings = {
            "port": PORT,
            "listen_addresses": "",
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
            **self._settings,
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        return on_leash(
            [POSTGRES_PROGRAMS / "postgres", "-D", self.folder, *options],
            death_signal=signal.SIGQUIT,
            user=server_user(),
            environment=self._stale_lock(),
        )

    def answers(self) -> bool:
        """Whether the server takes connections now."""
        try:
            with psycopg.connect(self.conninfo("postgres", OWNER), connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False

    def furnish(self) -> None:
        """Make the role and the database of our parts, where they are missing."""
        role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
        with psycopg.connect(self.conninfo("postgres", OWNER), autocommit=True) as connection:
            if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [ROLE]).rowcount:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(role))
            known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
            if not known.rowcount:
                create = sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role)
                connection.execute(create)

    def start(self) -> None:
        """Start the server and wait until it answers; raises `StartFailed`."""
        log = self.folder.with_name(f"{self.folder.name}.log")
        self.prepare()
        self._process = self.launch().into(log)
        wait_until(self.answers, self._process, log, STARTS_WITHIN)
        self.furnish()

    def stop(self) -> None:
        """Stop a started server cleanly, cutting its connections."""
        if self._process:
            end(self._process, signal.SIGINT, STOPS_WITHIN)
        self.tidy()

    def tidy(self) -> None:
        """Leave nothing in the folder for temporary files, now that the server has stopped."""
        with suppress(OSError):
            self._sockets.rmdir()

    def kill(self) -> None:
        """Kill a started server, as the kernel does when memory runs out; for tests of faults."""
        if self._process:
            end(self._process, signal.SIGKILL, STOPS_WITHIN)

    def _make_folder(self) -> None:
        # Under another name first: a start that is cut short must not leave half a database.
        unfinished = self.folder.with_name(f"{self.folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700, parents=True)
        user = server_user()
        if user:
            shutil.chown(unfinished, user, pwd.getpwnam(user).pw_gid)
        options = ["--auth=peer", f"--username={OWNER}", "--encoding=UTF8", "--locale=C"]
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if self._settings.get("fsync") == "off":
            options.append("--no-sync")
        initdb = on_leash([POSTGRES_PROGRAMS / "initdb", "-D", unfinished, *options], user=user)
        made = subprocess.run(  # noqa: S603 - the command is ours
            initdb.command,
            env=initdb.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise StartFailed(made.stderr.strip())
        unfinished.rename(self.folder)

    def _stale_lock(self) -> dict[str, str]:
        """Tell PostgreSQL that its lock file is stale, where no server has the number in it.

        After a power cut, another program may have got the number since; in a container without
        an init process, a killed server keeps it for ever as a zombie. PostgreSQL would refuse to
        start each time. As ``pg_ctl`` does, we name a process that it then does not take for a
        server; its other checks stay in force.
        """
        try:
            number = (self.folder / "postmaster.pid").read_text().split("\n", 1)[0]
            command = Path(f"/proc/{int(number)}/cmdline").read_bytes()  # empty for a zombie
        except (OSError, ValueError):
            return {}
        is_server = os.fsencode(self.folder) in command
        return {} if is_server else {"PG_GRANDPARENT_PID": number}


def server_user() -> str | None:
    """The user that the server must run as; ``None`` for ours."""
    return UNPRIVILEGED if os.geteuid() == 0 else None


def _socket_folder(folder: Path) -> Path:
    """Beside the database; or among temporary files, where that path is too long or too odd."""
    beside = folder.with_name(f"{folder.name}.run")
    is_plain = re.fullmatch("[A-Za-z0-9/._-]+", str(beside))  # clients split paths at commas
    if is_plain and len(str(beside / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH:
        return beside
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"tracker-{os.geteuid()}-{name}"


def _make_closed(folder: Path) -> None:
    """Make a folder for us alone; somebody else's, made to lure us, is refused."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise StartFailed(f"{folder} belongs to somebody else and must be removed first.")
    folder.chmod(0o700)
