"""Bodies of requests, read with bounds: JSON and multipart forms, or a refusal.

Litestar's own reading answers 500 to deep JSON, bad UTF-8 and odd charsets, and reads before it
counts.
"""

from collections.abc import Iterator
from typing import Final, TypeVar

from msgspec import Struct
from multipart import (
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    StrictParserError,
    parse_options_header,
)

from command_api.json_text import from_json
from command_api.received import ReceivedFile
from command_api.streaming import chunks
from events.parameters import parameters_of
from events.refusals import Invalid, TooLarge, UnsupportedMedia
from events.web import WebRequest, header

T = TypeVar("T")

LARGEST_JSON: Final = 64 * 1024
UTF_8: Final = ("utf-8", "utf8")
LARGEST_TEXT: Final = 16 * 1024
MOST_PARTS: Final = 16
# Headers and boundaries of the parts, beside what the parts hold.
FORM_OVERHEAD: Final = 64 * 1024


class Form(Struct, frozen=True):
    """A multipart form: its texts and its files, by name."""

    texts: dict[str, str]
    files: dict[str, ReceivedFile]

    def content(self) -> Iterator[bytes | memoryview]:
        """Everything in it in a fixed order, whatever the boundary and the order of the parts."""
        for name, text in sorted(self.texts.items()):
            yield name.encode()
            yield text.encode()
        for name, file in sorted(self.files.items()):
            yield name.encode()
            yield file.view()


async def read_json(request: WebRequest, wanted: type[T]) -> T:
    """The JSON body as `wanted`; raises `Invalid`, `TooLarge` or `UnsupportedMedia`."""
    content_type, options = _content_type(request)
    if content_type != "application/json":
        raise UnsupportedMedia("Send this as JSON, with Content-Type: application/json.")
    if options.get("charset", "utf-8").lower() not in UTF_8:
        raise UnsupportedMedia("Send this JSON in UTF-8.")
    body = b"".join([chunk async for chunk in chunks(request, LARGEST_JSON)])
    return from_json(body, wanted)


async def read_form(request: WebRequest, file_names: frozenset[str], largest_file: int) -> Form:
    """The multipart body; parts in `file_names` are files, all others are texts.

    The body is read no further than the bound. Raises `Invalid`, `TooLarge` or
    `UnsupportedMedia`.
    """
    content_type, options = _content_type(request)
    boundary = options.get("boundary", "")
    if content_type != "multipart/form-data" or not boundary:
        raise UnsupportedMedia("Send this as a form, with Content-Type: multipart/form-data.")
    parts: dict[str, ReceivedFile] = {}
    try:
        with PushMultipartParser(boundary, max_segment_count=MOST_PARTS, strict=True) as parser:
            async for chunk in chunks(request, largest_file + FORM_OVERHEAD):
                try:
                    _collect(parser, chunk, parts, file_names, largest_file)
                except StrictParserError:
                    # After the end a line break may come in a packet of its own, but nothing else.
                    if chunk.strip(b"\r\n"):
                        raise
    except ParserLimitReached:
        raise Invalid(f"This form has too many parts; at most {MOST_PARTS} are taken.") from None
    except MultipartError:
        raise Invalid("This form is broken or cut off.") from None
    return Form(
        texts={n: _text(n, bytes(p.view())) for n, p in parts.items() if n not in file_names},
        files={n: part for n, part in parts.items() if n in file_names},
    )


def _content_type(request: WebRequest) -> tuple[str, dict[str, str]]:
    """What the body is said to be; refuses first what no body makes up for."""
    parameters_of(request)
    encoding = header(request, b"content-encoding")
    if encoding is not None and encoding.strip().lower() != "identity":
        raise UnsupportedMedia("Send this as it is, without a Content-Encoding.")
    content_type, options = parse_options_header(header(request, b"content-type") or "")
    return content_type, options


def _collect(
    parser: PushMultipartParser,
    chunk: bytes,
    parts: dict[str, ReceivedFile],
    file_names: frozenset[str],
    largest_file: int,
) -> None:
    for event in parser.parse(chunk):
        if isinstance(event, MultipartSegment):
            if event.name in parts:
                raise Invalid("A field was sent twice.", {event.name: ["Send this once."]})
            if event.name not in file_names and (event.charset or "utf-8").lower() not in UTF_8:
                raise UnsupportedMedia("Send the texts of this form in UTF-8.")
            parts[event.name] = ReceivedFile()
        elif event:
            name, part = next(reversed(parts.items()))
            part.write(event)
            limit = largest_file if name in file_names else LARGEST_TEXT
            if len(part) > limit:
                raise TooLarge(f"The field {name!r} is larger than {limit} bytes.")


def _text(name: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Invalid("A field is not in UTF-8.", {name: ["Send this in UTF-8."]}) from None
