"""The operations for those who run the system, as the published document describes them."""

from typing import Final

from events.operations import Answer, Operation, Shape
from query_api.health import PROMETHEUS, Readiness

TAG: Final = "For those who run it"
OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/healthz",
        id="checkAlive",
        tag=TAG,
        summary="Say that the process answers",
        answers={200: Answer(says="It does.", body=dict[str, str], example={"status": "ok"})},
        is_public=True,
    ),
    Operation(
        method="GET",
        path="/readyz",
        id="checkReady",
        tag=TAG,
        summary="Say whether every part works, and which does not",
        answers={
            200: Answer(
                says="Ready, or degraded: everything works, but single matches are not shown.",
                body=Readiness,
            ),
            503: Answer(
                says="A part does not work; `detail` says which.",
                body=Readiness,
                headers=("Retry-After",),
            ),
        },
        is_public=True,
    ),
    Operation(
        method="GET",
        path="/metrics",
        id="getMetrics",
        tag=TAG,
        summary="Tell monitoring how far the read models are, and how good the readings",
        says="Only to callers on the same machine.",
        answers={
            200: Answer(
                says="In the text format of Prometheus.", body=str, media_types=(PROMETHEUS,)
            )
        },
        refusals={404: "The caller is not on this machine."},
        is_public=True,
    ),
)
SHAPES: Final = (
    Shape(
        struct=Readiness,
        fields={"status": {"type": "string", "enum": ["ready", "degraded", "not ready"]}},
        example={"status": "ready", "parts": {"database": "ok", "broker": "ok"}},
    ),
)
