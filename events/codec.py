"""Events to stored JSON and back, by explicit names, through the upcasters."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent
from msgspec.structs import force_setattr

from events.base import DomainEvent
from events.catalogue import CURRENT, UPCASTERS, Upcaster

# They stand in columns of their own.
IDENTITY_FIELDS = ("match_id", "version")
# Put before the stored fields, it makes them complete; what it says is replaced at once.
PLACEHOLDER = b'{"match_id":"%032d","version":0,' % 0


class UnknownEvent(Exception):
    """The log holds an event under a name that this version of the system does not know."""


class EventMapper(Mapper[UUID]):
    """Maps events for `eventsourcing`: msgspec JSON under the names of the catalogue."""

    def __init__(
        self,
        types: Mapping[str, type[DomainEvent]] = CURRENT,
        upcasters: Mapping[str, tuple[str, Upcaster]] = UPCASTERS,
    ) -> None:
        super().__init__(JSONTranscoder())  # never used: both directions are overridden
        self._types = types
        self._names = {event_type: name for name, event_type in types.items()}
        self._upcasters = upcasters
        self._decoders = {name: msgspec.json.Decoder(kind) for name, kind in types.items()}

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """The event as it is stored: name, and JSON of all fields but match and version."""
        fields = msgspec.to_builtins(domain_event)
        for name in IDENTITY_FIELDS:
            del fields[name]
        return StoredEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=self._names[type(domain_event)],  # type: ignore[index]  # ours alone come here
            state=msgspec.json.encode(fields),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEvent:
        """The event in its present form; raises `UnknownEvent`."""
        return self.decode(
            stored_event.topic,
            stored_event.state,
            stored_event.originator_id,  # type: ignore[arg-type]  # ours are UUIDs
            stored_event.originator_version,
        )

    def decode(self, name: str, state: bytes, match_id: UUID, version: int) -> DomainEvent:
        """The event that is stored as `state` under `name`.

        Raises `UnknownEvent`, and `msgspec.DecodeError` for fields that are not the event's.
        """
        decoder = self._decoders.get(name)
        if decoder and name not in self._upcasters and state.startswith(b'{"'):
            # Straight into the event's type takes two thirds of the time that a dictionary would.
            event = decoder.decode(PLACEHOLDER + state[1:])
            # Nobody has seen the event yet: it is still being made.
            force_setattr(event, "match_id", match_id)
            force_setattr(event, "version", version)
            return event
        return self._decode_slowly(name, state, match_id, version)

    def _decode_slowly(self, name: str, state: bytes, match_id: UUID, version: int) -> DomainEvent:
        fields: dict[str, Any] = msgspec.json.decode(state)
        while name in self._upcasters:
            name, upcast = self._upcasters[name]
            fields = upcast(fields)
        if name not in self._types:
            raise UnknownEvent(f"The log holds an event named {name!r}, which is not known here.")
        fields["match_id"] = match_id
        fields["version"] = version
        return msgspec.convert(fields, self._types[name])
