"""What a projection is: a name, a version, tables, and two ways to fill them from events."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from msgspec import Struct
from psycopg import Cursor
from psycopg.rows import TupleRow

from events.codec import EventMapper
from events.log import Recorded
from projections.piped import Session
from projections.portions import Portion
from projections.stored import Stored, Unprojectable

# Asks for what a batch needs; gives what folds it into the rows and tells which matches changed.
# Until that is called, nothing is written. It gets a session whose search path is the build at
# hand, and nothing else: projecting cannot have an effect outside of it.
Project = Callable[[Session, Sequence[Recorded]], Callable[[], tuple[UUID, ...]]]

# Folds whole histories, each in order of versions, reading them with the mapper: gives rows that
# are ready, portion by portion. It has no database; several processes fold one part each.
Fold = Callable[[Iterable[Sequence[Stored]], EventMapper], Iterator[Portion]]

# Fills the empty tables with the portions of all processes, in whatever order they come.
# Gives the events that could not be projected, and the later ones of the same matches.
Load = Callable[[Cursor[TupleRow], Iterable[Portion]], Sequence[Unprojectable]]


class Projection(Struct, frozen=True, kw_only=True):
    """A read model.

    Raise `version` with every change of what its rows hold. `oldest` is the oldest version of
    rows that this code can still keep up to date and serve; raise it when they no longer fit.
    `tables` names the columns of the key of each. The tables stand in ``schema/<name>.sql``, their
    indexes in ``schema/<name>_indexes.sql``; both name no schema, and neither do `project` and
    `load`.
    `mapper` reads the log; one without keys sees no names in it.
    """

    name: str
    version: int
    oldest: int
    schema: str
    tables: Mapping[str, tuple[str, ...]]
    project: Project
    fold: Fold
    load: Load
    mapper: EventMapper = EventMapper()
