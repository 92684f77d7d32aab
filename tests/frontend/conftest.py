"""The client that is generated from the published document, and the guide's code beside it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec import Struct

from tests.contract.described import described_api
from tests.frontend.guide import modules
from tests.frontend.packages import FOLDER, HERE, Node, are_installed, find_node

SECONDS = 120
SOURCES = ("tsconfig.json", "client_types.ts", "journey.ts", "browser.mjs")


class Frontend(Struct, frozen=True):
    """A folder with a frontend in it: the generated types, the guide's modules, and programs."""

    folder: Path
    node: Node

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run ``node COMMAND...`` in the folder."""
        return subprocess.run(  # noqa: S603
            [str(self.node.node), *command],
            cwd=self.folder,
            env=self.node.environment(),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )


@pytest.fixture(scope="session")
def frontend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Frontend]:
    node = find_node()
    if node is None or not are_installed():
        missing = "Node and the frontend's packages are not here: `make test` installs them."
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    folder = tmp_path_factory.mktemp("frontend")
    (folder / "node_modules").symlink_to(FOLDER / "node_modules")
    (folder / "package.json").write_text('{"type": "module"}')
    for name in SOURCES:
        shutil.copy(HERE / name, folder)
    for name, code in modules().items():
        (folder / name).write_text(code, encoding="utf-8")
    (folder / "openapi.json").write_bytes(msgspec.json.encode(described_api()))
    made = Frontend(folder, node)
    generator = "node_modules/openapi-typescript/bin/cli.js"
    generated = made.run(generator, "openapi.json", "--output", "schema.d.ts")
    assert generated.returncode == 0, generated.stdout + generated.stderr
    yield made
    shutil.rmtree(folder)
