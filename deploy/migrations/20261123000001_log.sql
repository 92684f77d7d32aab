-- migrate:up

CREATE SCHEMA log;

-- The event log. Columns as the eventsourcing library names them; recorded_at is our own.
CREATE TABLE log.events (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    notification_id bigserial NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (originator_id, originator_version)
) WITH (
    autovacuum_vacuum_threshold = 100000000,
    autovacuum_analyze_threshold = 1000,
    autovacuum_analyze_scale_factor = 0.01
);

CREATE UNIQUE INDEX events_notification_id_idx ON log.events (notification_id);

-- What one INSERT of many events takes as its parameter.
CREATE TYPE log.stored_event_uuid AS (
    originator_id uuid,
    originator_version bigint,
    topic text,
    state bytea
);

-- Every command that was decided, written in the transaction of its events: proof that it was.
CREATE TABLE log.commands (
    command_id uuid PRIMARY KEY,
    match_id uuid NOT NULL,
    version bigint NOT NULL
);

-- How far each follower of the log has come.
CREATE TABLE log.checkpoints (
    follower text PRIMARY KEY,
    position bigint NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- What each part last said of itself; a part that says nothing any more is not well.
CREATE TABLE log.parts (
    part text PRIMARY KEY,
    problem text,
    said_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- migrate:down

DROP SCHEMA log CASCADE;
