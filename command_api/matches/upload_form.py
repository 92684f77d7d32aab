"""The form of an upload: what its texts say, and the file that is to be a picture."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from command_api.bodies import Form
from command_api.json_text import convert, from_json
from command_api.matches.commands import ConfirmStats
from command_api.matches.numbers import checked, time_fault
from command_api.received import ReceivedFile
from events.names import name_fault
from events.refusals import Invalid
from events.stats import Pair, Side

FILE: Final = "screenshot"
NUMBERS: Final = ("score_user", "score_opponent", "penalties_user", "penalties_opponent")
TEXTS: Final = frozenset({*NUMBERS, "opponent_name", "stats", "side", "played_at"})


class Details(Struct, frozen=True, kw_only=True):
    """What is said of a match beside its numbers."""

    opponent_name: str
    side: Side | None = None
    played_at: datetime | None = None


class Upload(Struct, frozen=True):
    """What an upload says, and its file as it was received."""

    details: Details
    confirmation: ConfirmStats | None
    file: ReceivedFile


def upload_of(form: Form, now: datetime) -> Upload:
    """The upload that the form asks for; an empty text counts as not sent. Raises `Refusal`s."""
    if unknown := sorted(form.texts.keys() - TEXTS):
        faults = {name: ["There is no such field."] for name in unknown}
        raise Invalid("Some fields cannot be used.", faults)
    texts = {name: text for name, text in form.texts.items() if text.strip()}
    details = _details(texts, now)
    confirmation = _confirmation(texts, now)
    if FILE not in form.files:
        raise Invalid("A screenshot is needed.", {FILE: ["Send the picture in this field."]})
    return Upload(details, confirmation, form.files[FILE])


def _details(texts: dict[str, str], now: datetime) -> Details:
    names = ("opponent_name", "side", "played_at")
    details = convert({name: texts[name] for name in names if name in texts}, Details)
    faults = {}
    if fault := name_fault(details.opponent_name):
        faults["opponent_name"] = [fault]
    if details.played_at and (fault := time_fault(details.played_at, now)):
        faults["played_at"] = [fault]
    if faults:
        raise Invalid("Some fields cannot be used.", faults)
    return details


def _confirmation(texts: dict[str, str], now: datetime) -> ConfirmStats | None:
    """The numbers sent along; None if there are none: the reading is then to be confirmed."""
    numbers: dict[str, object] = {name: texts[name] for name in NUMBERS if name in texts}
    stats = from_json(texts["stats"], dict[str, Pair], "stats") if "stats" in texts else {}
    if not numbers and not stats:
        return None
    confirmation = convert({**numbers, "stats": stats}, ConfirmStats)
    return checked(confirmation, now)
