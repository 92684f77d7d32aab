"""The screens that are known, one module each."""

from typing import Final, Protocol

from events.reading import Reading, Unreadable
from ocr_service.engine import Colour, TextEngine
from ocr_service.layouts import ea_fc, efootball


class Layout(Protocol):
    """A known screen; each module or package of this folder is one."""

    def read(self, image: Colour, engine: TextEngine, /) -> Reading | Unreadable | None:
        """The numbers, or why there are none; nothing where `image` holds another screen."""


# Asked in this order: the quick ones first.
LAYOUTS: Final[tuple[Layout, ...]] = (efootball, ea_fc)
