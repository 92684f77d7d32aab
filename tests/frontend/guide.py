"""The TypeScript of docs/frontend.md, as the files that its blocks name."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

GUIDE: Final = Path(__file__).parent.parent.parent / "docs" / "frontend.md"
BLOCK: Final = re.compile(
    r"^```ts\n// (?P<name>[a-z]+\.ts)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE
)


def modules() -> Mapping[str, str]:
    """Code by file name, in the order of the guide."""
    return {found["name"]: found["code"] for found in BLOCK.finditer(_text())}


def blocks() -> int:
    """How many blocks of code there are, but for commands of a shell."""
    return len(re.findall(r"^```(?!sh$).+$", _text(), re.MULTILINE))


def _text() -> str:
    return GUIDE.read_text(encoding="utf-8")
