"""The address of previews."""

from typing import Any, Final

from litestar import Response, Router, post
from litestar.di import NamedDependency
from msgspec import Struct

from command_api.bodies import read_form
from command_api.json_text import convert
from command_api.pictures import MAX_BYTES
from command_api.previews.asking import Previews
from events.identity import Principal
from events.match_view import ExtractedData, extracted_data
from events.perspective import perspective
from events.refusals import Invalid
from events.stats import Side
from events.web import WebRequest

FILE: Final = "screenshot"


class Details(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be said of a picture, to tell the player's side."""

    opponent_name: str = ""
    side: Side | None = None


@post("/api/ocr/extract", status_code=200)
async def extract(
    request: WebRequest,
    principal: NamedDependency[Principal],  # noqa: ARG001  # only who is signed in may ask
    previews: NamedDependency[Previews],
) -> Response[ExtractedData | dict[str, Any]]:
    """Read a picture without keeping it."""
    form = await read_form(request, frozenset({FILE}), MAX_BYTES)
    details = convert({name: text for name, text in form.texts.items() if text}, Details)
    if FILE not in form.files:
        raise Invalid("A screenshot is needed.", {FILE: ["Send the picture in this field."]})
    preview = await previews.read(form.files[FILE])
    if preview.reading:
        seen = perspective(details.side, details.opponent_name, preview.reading)
        return Response(extracted_data(preview.reading, seen))
    assert preview.unreadable is not None  # noqa: S101  # one of the two is there
    failure = preview.unreadable
    return Response({"detail": failure.detail, "reason": failure.reason}, status_code=422)


router = Router("/", route_handlers=[extract])
