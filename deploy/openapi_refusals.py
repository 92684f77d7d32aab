"""How refusals stand in the published document: what they look like, and when they come."""

from collections.abc import Mapping
from typing import Final

from events.operations import Operation, Schema, ref

PROBLEM: Final[Schema] = {
    "type": "object",
    "description": "Why a request is refused.",
    "properties": {
        "detail": {"type": "string", "description": "A sentence for people."},
        "fields": {
            "type": "object",
            "description": "Sentences by the field or parameter at fault, nested ones with dots.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        },
        "reason": ref("FailureReason"),
    },
    "required": ["detail"],
    "examples": [
        {
            "detail": "Some fields cannot be used.",
            "fields": {"score_user": ["This must be a whole number."]},
        }
    ],
}
REFUSED: Final[Mapping[int, str]] = {
    400: "It cannot be read or used; `fields` says where it is one field's fault.",
    401: "No access token, or one that is not valid any more.",
    404: "It is not there, or it is somebody else's.",
    408: "The body did not come in time.",
    413: "The body is larger than what is taken here.",
    415: "Another kind of content than is read here.",
    503: "A server behind is away; try again after the time that `Retry-After` says.",
}
OF_REFUSALS: Final[Mapping[int, tuple[str, ...]]] = {
    401: ("WWW-Authenticate",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
# These may say as well that they come from before the position that was asked for.
PERHAPS_BEHIND: Final = frozenset({400, 404, 503})
NEEDS_NO_SERVER: Final = "checkAlive"


def refusals_of(operation: Operation) -> dict[int, str]:
    """Every status with which the operation may be refused, and when."""
    statuses = [] if operation.id == NEEDS_NO_SERVER else [503]
    if operation.path.startswith("/api/") or operation.parameters:
        statuses.append(400)
    if not operation.is_public:
        statuses.append(401)
    if "{" in operation.path:
        statuses.append(404)
    if operation.body or operation.form:
        statuses += [408, 413, 415]
    return {**{status: REFUSED[status] for status in sorted(statuses)}, **operation.refusals}
