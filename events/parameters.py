"""Query parameters: known ones, given once, in the form that is wanted."""

from collections.abc import Mapping, Sequence

from events.refusals import Invalid
from events.web import WebRequest


def parameters_of(request: WebRequest, *known: str) -> Mapping[str, str]:
    """The parameters by name; raises `Invalid` for unknown and repeated ones."""
    if not request.scope["query_string"]:
        return {}
    faults: dict[str, list[str]] = {}
    given: dict[str, str] = {}
    for name, text in request.query_params.multi_items():
        if name not in known:
            faults[name] = [f"There is no such parameter; known are: {', '.join(known) or 'none'}."]
        elif name in given:
            faults[name] = ["Send this once."]
        given[name] = text
    if faults:
        raise Invalid("Some parameters cannot be used.", faults)
    return given


def whole_number(
    given: Mapping[str, str], name: str, default: int, least: int, greatest: int
) -> int:
    """The parameter as a number from `least` to `greatest`; raises `Invalid`."""
    text = given.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and len(text) <= 20 and least <= int(text) <= greatest:
        return int(text)
    sentence = f"This must be a whole number from {least} to {greatest}."
    raise Invalid("Some parameters cannot be used.", {name: [sentence]})


def one_of(given: Mapping[str, str], name: str, known: Sequence[str]) -> str | None:
    """The parameter, or None where there is none; raises `Invalid` for what is not `known`."""
    text = given.get(name)
    if text is None or text in known:
        return text
    sentence = f"This must be one of {', '.join(known)}."
    raise Invalid("Some parameters cannot be used.", {name: [sentence]})
