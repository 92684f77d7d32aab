-- What every build of every projection has beside its own tables, so that it moves with them.

-- One row: the version of the code that built it, and how far it has come. Of the live build,
-- log.checkpoints says how far.
CREATE TABLE build (
    version integer NOT NULL,
    position bigint NOT NULL,
    built_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Events that could not be projected, and the later ones of the same matches, which wait.
CREATE TABLE dead_letters (
    position bigint PRIMARY KEY,
    match_id uuid NOT NULL,
    problem text,                -- what went wrong; NULL for an event that waits for another
    parked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX dead_letters_match ON dead_letters (match_id, position);
