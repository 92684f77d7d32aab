"""Events to stored JSON and back, by explicit names, through the upcasters, with names sealed."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent
from msgspec import Struct
from msgspec.structs import force_setattr

from events.base import DomainEvent
from events.catalogue import CURRENT, SEALED, UPCASTERS, Upcaster
from events.owner_keys import AllKeys, OwnerKeys
from events.sealing import Keys, Names, Place, put_into_event, seal, unseal

# They stand in columns of their own.
IDENTITY_FIELDS = ("match_id", "version")
# Put before the stored fields, it makes them complete; what it says is replaced at once.
PLACEHOLDER = b'{"match_id":"%032d","version":0,' % 0
# A box with names is always the first field, and base64 holds no quotes.
BOX = b'{"sealed":"'
AFTER_BOX = b'",'


class UnknownEvent(Exception):
    """The log holds an event under a name that this version of the system does not know."""


class _Sealed(Struct):
    """Whose key seals the names of a stored event: one of the two fields says so."""

    owner_id: UUID | None = None
    player_id: UUID | None = None


class _Quick(Struct, frozen=True):
    """What it takes to read events of one name: the decoder, their names and where those belong.

    `place` is how what a box is bound to begins.
    """

    decode: Callable[[bytes], DomainEvent]
    names: Names | None
    fields: tuple[Place, ...]
    place: bytes


_SEALED: Final = msgspec.json.Decoder(_Sealed)


class EventMapper(Mapper[UUID]):
    """Maps events for `eventsourcing`: msgspec JSON under the names of the catalogue.

    With `keys`, the names of people and teams are sealed. Without, a mapper reads sealed names as
    blank, as it does those whose key was destroyed; it writes names as they are, which is for
    logs that hold no real persons.
    """

    def __init__(
        self,
        types: Mapping[str, type[DomainEvent]] = CURRENT,
        upcasters: Mapping[str, tuple[str, Upcaster]] = UPCASTERS,
        *,
        sealed: Mapping[str, Names] = SEALED,
        keys: Keys | None = None,
    ) -> None:
        super().__init__(JSONTranscoder())  # never used: both directions are overridden
        self._types = types
        self._names = {event_type: name for name, event_type in types.items()}
        self._upcasters = upcasters
        self._sealed = sealed
        self._keys = keys
        self._quick = {
            name: _quick(name, kind, sealed.get(name))
            for name, kind in types.items()
            if name not in upcasters
        }

    def with_all_keys(self) -> "EventMapper":
        """The same, for reading a whole log: it has all keys at hand."""
        if not isinstance(self._keys, OwnerKeys):
            return self
        return EventMapper(self._types, self._upcasters, sealed=self._sealed, keys=self._keys.all())

    @property
    def is_usual(self) -> bool:
        """Whether another process can make the same from the catalogue and the keys alone."""
        usual = (CURRENT, UPCASTERS, SEALED)
        return (self._types, self._upcasters, self._sealed) == usual and (
            self._keys is None or isinstance(self._keys, AllKeys | OwnerKeys)
        )

    @property
    def keys_to_send(self) -> dict[UUID, bytes] | None:
        """The keys for a mapper in another process, of one that has all at hand."""
        return self._keys.raw if isinstance(self._keys, AllKeys) else None

    def lacks_key_for(self, event: DomainEvent) -> bool:
        """Whether storing `event` would wait for the database because of its owner's key."""
        names = self._sealed.get(self._names[type(event)])
        return (
            names is not None
            and isinstance(self._keys, OwnerKeys)
            and not self._keys.is_kept(getattr(event, names.owner))
        )

    def lacks_key_to_read(self, stored: Iterable[StoredEvent]) -> bool:
        """Whether reading these events would wait for the database in the same way."""
        keys = self._keys
        if not isinstance(keys, OwnerKeys):
            return False
        sealed = [_SEALED.decode(each.state) for each in stored if each.state.startswith(BOX)]
        owners = {getattr(each, names) for each in sealed for names in ("owner_id", "player_id")}
        return not all(keys.is_kept(owner) for owner in owners if owner)

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """The event as it is stored: name, and JSON of all fields but match and version.

        May wait for the database, once for each owner; raises `NotFound` for an erased one.
        """
        name = self._names[type(domain_event)]  # type: ignore[index]  # ours alone come here
        fields = msgspec.to_builtins(domain_event)
        for identity in IDENTITY_FIELDS:
            del fields[identity]
        box = self._box_of(name, domain_event, fields)  # type: ignore[arg-type]
        state = msgspec.json.encode(fields)
        return StoredEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=name,
            state=BOX + box + AFTER_BOX + state[1:] if box else state,
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

        Raises `UnknownEvent`, `BrokenSeal`, and `msgspec.DecodeError` for fields that are not
        the event's.
        """
        quick = self._quick.get(name)
        if quick is None or not state.startswith(b'{"'):
            return self._decode_slowly(name, state, match_id, version)
        # Straight into the event's type takes two thirds of the time that a dictionary would. The
        # box is no field of it, so it is passed over.
        event = quick.decode(PLACEHOLDER + state[1:])
        # Nobody has seen the event yet: it is still being made.
        force_setattr(event, "match_id", match_id)
        force_setattr(event, "version", version)
        if self._keys and state.startswith(BOX):
            names = quick.names or self._sealed[name]
            if key := self._keys.of(getattr(event, names.owner)):
                box = state[len(BOX) : state.index(AFTER_BOX, len(BOX))]
                place = quick.place + match_id.bytes + b" %d" % version
                opened = names.decoder.decode(unseal(key, box, place))
                put_into_event(event, quick.fields, opened)
        return event

    def _decode_slowly(self, name: str, state: bytes, match_id: UUID, version: int) -> DomainEvent:
        fields: dict[str, Any] = msgspec.json.decode(state)
        if box := fields.pop("sealed", None):
            names, place = self._sealed[name], _place(name, match_id, version)
            if known := self._unsealed(names, UUID(fields[names.owner]), box.encode(), place):
                names.put_into(fields, known)
        while name in self._upcasters:
            name, upcast = self._upcasters[name]
            fields = upcast(fields)
        if name not in self._types:
            raise UnknownEvent(f"The log holds an event named {name!r}, which is not known here.")
        fields["match_id"] = match_id
        fields["version"] = version
        return msgspec.convert(fields, self._types[name])

    def _box_of(self, name: str, event: DomainEvent, fields: dict[str, Any]) -> bytes:
        """The box with the names, which leave `fields`; empty where there are none to seal."""
        names = self._sealed.get(name)
        if self._keys is None or names is None:
            return b""
        taken = names.taken_from(fields)
        if taken is None:
            return b""
        key = self._keys.made_for(getattr(event, names.owner))
        return seal(key, taken, _place(name, event.match_id, event.version))

    def _unsealed(
        self, names: Names, owner_id: UUID, box: bytes, place: bytes
    ) -> tuple[Any, ...] | None:
        """The names in the box; None where there is no key."""
        key = self._keys.of(owner_id) if self._keys else None
        return names.decoder.decode(unseal(key, box, place)) if key else None


def _quick(name: str, kind: type[DomainEvent], names: Names | None) -> _Quick:
    return _Quick(
        msgspec.json.Decoder(kind).decode,
        names,
        names.places if names else (),
        b"%s " % name.encode(),
    )


def _place(name: str, match_id: UUID, version: int) -> bytes:
    """Where a box belongs."""
    return b"%s %s %d" % (name.encode(), match_id.bytes, version)
