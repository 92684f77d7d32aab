-- migrate:up

CREATE SCHEMA log;

-- The event log. The first five columns are named as the eventsourcing library names them.
-- Positions count up without gaps: the writer gives them out under the append lock.
CREATE TABLE log.events (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    notification_id bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    -- SHA-256 over the row and the hash of the row before: see events/chain.py.
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
) WITH (
    autovacuum_vacuum_threshold = 100000000,
    autovacuum_analyze_threshold = 1000,
    autovacuum_analyze_scale_factor = 0.01
);

CREATE UNIQUE INDEX events_notification_id_idx ON log.events (notification_id);

-- Every command that was decided, written in the transaction of its events: proof that it was.
-- `position` is that of its last event; `fingerprint` tells another request under the same key.
CREATE TABLE log.commands (
    command_id uuid PRIMARY KEY,
    position bigint NOT NULL,
    fingerprint bytea
);

-- What a request with an Idempotency-Key was answered, to be answered again.
CREATE TABLE log.answers (
    command_id uuid PRIMARY KEY,
    owner_id uuid NOT NULL,
    fingerprint bytea NOT NULL,
    status smallint NOT NULL,
    headers bytea NOT NULL,
    body bytea NOT NULL,
    answered_at timestamptz NOT NULL
);

CREATE INDEX answers_answered_at_idx ON log.answers (answered_at);

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
