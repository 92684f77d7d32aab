"""The real supervision and servers around small parts: a program for the tests to start and kill.

``python -m tests.deploy.dummy_system FOLDER PORT`` runs the system; with a part's name after it,
that part. Each part adds a line to ``FOLDER/diary`` when it starts and when it is told to stop.
"""

import asyncio
import os
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from deploy.data_folder import taken_data_folder
from deploy.launch import Launch
from deploy.lifeline import die_with_standard_input
from deploy.settings import Settings, to_environment
from deploy.system import System

ROOT = Path(__file__).parent.parent.parent


class _Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


def _run(folder: Path, port: int) -> None:
    def launch(part: str, settings: Settings) -> Launch:
        command = (sys.executable, "-m", "tests.deploy.dummy_system", str(folder), str(port), part)
        return Launch(command, {**os.environ, **to_environment(settings)}, ROOT)

    with taken_data_folder(folder) as data:
        asyncio.run(System(Settings(port=port, data=folder), data, launch).run())


def _run_part(folder: Path, port: int, part: str) -> None:
    def write(what: str) -> None:
        with (folder / "diary").open("a") as diary:
            diary.write(f"{part} {what} {os.getpid()}\n")

    die_with_standard_input()
    write("started")
    if part == "migrate":
        return
    if part == "ocr":  # which has a child of its own
        child = subprocess.Popen(["/bin/sleep", "600"])
        with (folder / "diary").open("a") as diary:
            diary.write(f"child started {child.pid}\n")
    if part == "api":
        server = HTTPServer(("127.0.0.1", port), _Ready)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            server.serve_forever()
        finally:
            write("stopped")
    signal.sigwait([signal.SIGTERM])
    write("stopped")


if __name__ == "__main__":
    if len(sys.argv) > 3:
        signal.pthread_sigmask(signal.SIG_BLOCK, [] if sys.argv[3] == "api" else [signal.SIGTERM])
        _run_part(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    else:
        _run(Path(sys.argv[1]), int(sys.argv[2]))
