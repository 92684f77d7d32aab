"""The published description of the bus and of the stored events: one AsyncAPI 3.0 document."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec import Struct
from nats.js.api import StreamConfig

from deploy.asyncapi_channels import CHANNELS, PARAMETERS, Channel
from deploy.openapi_schemas import schemas_of
from events.catalogue import CURRENT, SEALED
from events.codec import IDENTITY_FIELDS
from events.dead_letters import Advisory
from events.operations import Schema, Shape
from events.previews import PREVIEWS, QUEUE, Preview
from events.streams import CONSUMERS, STREAMS

TITLE: Final = "eFootball Match Tracker: messages and events"
ABOUT: Final = """\
What the parts say to each other over NATS, and what the log keeps for ever.

The log is the only truth: the streams hold work that is under way, and may be filled again from
it. Every message of a stream carries an id, by which a repeat is known; whoever takes one in has
to bear that it comes again. Stored names never change their meaning: what cannot be said with a
new field that has a default takes a new name.
"""
MESSAGE_ID: Final[Schema] = {
    "type": "object",
    "properties": {
        "Nats-Msg-Id": {
            "type": "string",
            "description": "The same for the same message: within the duplicate window of its"
            " stream it is stored once.",
        }
    },
    "required": ["Nats-Msg-Id"],
}
SEALED_NAMES: Final[Schema] = {
    "type": "string",
    "contentEncoding": "base64",
    "description": "The names of people and teams, sealed under the key of their owner; the fields"
    " themselves are blank then.",
}
LOG: Final = "log"


def document() -> dict[str, Any]:
    """The document, as plain data."""
    sent = [channel.message for channel in CHANNELS]
    bus_schemas, bus_named = schemas_of(sent, [Preview], ())
    event_schemas, event_named = schemas_of(
        CURRENT.values(), (), [Shape(struct=kind, name=name) for name, kind in CURRENT.items()]
    )
    for name in CURRENT:
        event_named[name] = _stored(name, event_named[name])
    messages = {channel.name: _message(channel, bus_schemas) for channel in CHANNELS}
    messages |= {
        name: {"name": name, "title": _first_line(kind), "payload": event_schemas[kind]}
        for name, kind in CURRENT.items()
    }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": TITLE, "version": "1.0.0", "description": ABOUT},
        "defaultContentType": "application/json",
        "channels": {**dict(map(_channel, CHANNELS)), **_previews(), LOG: _log()},
        "operations": _operations(),
        "components": {
            "messages": {
                **messages,
                "picture": {
                    "name": "picture",
                    "title": "A picture, without its metadata.",
                    "contentType": "application/octet-stream",
                    "payload": {"type": "string", "format": "binary"},
                },
                "preview": {
                    "name": "preview",
                    "title": _first_line(Preview),
                    "payload": bus_schemas[Preview],
                },
            },
            "schemas": {**event_named, **bus_named},
        },
    }


def _stored(name: str, schema: Schema) -> Schema:
    """An event as the log keeps it: its match and version stand in columns of their own."""
    properties = {
        key: value for key, value in schema["properties"].items() if key not in IDENTITY_FIELDS
    }
    required = [key for key in schema["required"] if key not in IDENTITY_FIELDS]
    if name in SEALED:
        properties = {"sealed": SEALED_NAMES, **properties}
    return {**schema, "properties": properties, "required": required}


def _message(channel: Channel, schemas: Mapping[Any, Schema]) -> dict[str, Any]:
    message: dict[str, Any] = {
        "name": channel.name,
        "title": _first_line(channel.message),
        "payload": schemas[channel.message],
    }
    if channel.stream and channel.message is not Advisory:
        message["headers"] = MESSAGE_ID
    return message


def _channel(channel: Channel) -> tuple[str, dict[str, Any]]:
    described: dict[str, Any] = {
        "address": channel.subject,
        "description": channel.says,
        "messages": _messages([channel.name]),
    }
    if "{" in channel.subject:
        described["parameters"] = PARAMETERS
    if channel.stream:
        described["x-stream"] = _stream(channel.stream)
    return channel.name, described


def _stream(name: str) -> dict[str, Any]:
    stream: StreamConfig = next(each for each in STREAMS if each.name == name)
    return {
        "name": name,
        "subjects": stream.subjects,
        "retention": stream.retention,
        "duplicate_window_seconds": stream.duplicate_window,
        "max_age_seconds": stream.max_age,
    }


def _previews() -> dict[str, Any]:
    return {
        "previewRequest": {
            "address": PREVIEWS,
            "description": "Pictures that are only looked at: request and reply, without a stream.",
            "messages": _messages(["picture"]),
        },
        "previewReply": {
            "address": None,
            "description": "The inbox that the request names.",
            "messages": _messages(["preview"]),
        },
    }


def _log() -> dict[str, Any]:
    return {
        "address": None,
        "title": "The log",
        "description": "The table `log.events` in PostgreSQL: `topic` is the name, `state` the"
        " JSON, `originator_id` the match, `originator_version` its version.",
        "messages": _messages(CURRENT),
    }


def _operations() -> dict[str, Any]:
    operations: dict[str, Any] = {}
    for channel in CHANNELS:
        title = channel.name[0].upper() + channel.name[1:]
        place = {"$ref": f"#/channels/{channel.name}"}
        operations[f"send{title}"] = {
            "action": "send",
            "channel": place,
            "title": f"Sent by {channel.sender}",
        }
        operations[f"receive{title}"] = {
            "action": "receive",
            "channel": place,
            "title": f"Taken in by {channel.receiver}",
            **({"x-consumer": _consumer(channel)} if channel.consumer else {}),
        }
    operations["readPreview"] = {
        "action": "receive",
        "channel": {"$ref": "#/channels/previewRequest"},
        "title": "Taken in by ocr",
        "bindings": {"nats": {"queue": QUEUE}},
        "reply": {"channel": {"$ref": "#/channels/previewReply"}},
    }
    operations["appendEvent"] = {
        "action": "send",
        "channel": {"$ref": f"#/channels/{LOG}"},
        "title": "Appended by commands",
    }
    return operations


def _consumer(channel: Channel) -> dict[str, Any]:
    _, consumer = next(each for each in CONSUMERS if each[1].durable_name == channel.consumer)
    return {
        "name": consumer.durable_name,
        "ack_wait_seconds": consumer.ack_wait,
        "most_deliveries": consumer.max_deliver,
    }


def _messages(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in names}


def _first_line(kind: type[Struct]) -> str:
    return (kind.__doc__ or "").partition("\n")[0]
