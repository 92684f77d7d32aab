-- migrate:up

-- Pictures whose reading is still to come. The relay keeps this as it follows the log: it is made
-- from the log alone, and made anew when it and the checkpoint of the relay are deleted.
CREATE TABLE log.pending_readings (
    request_id uuid PRIMARY KEY,  -- the event that asked for the reading
    match_id uuid NOT NULL,
    correlation_id uuid NOT NULL,
    screenshot text NOT NULL,
    position bigint NOT NULL,
    due_at timestamptz NOT NULL,  -- when to send it, or to look for what became of it
    sends integer NOT NULL DEFAULT 0,
    sent_at timestamptz,
    sequence bigint  -- of the last message in the queue as it is now
);

CREATE INDEX pending_readings_due_at_idx ON log.pending_readings ((sends > 0), due_at, position);

-- How the relay last saw each stream: tells whether one was made anew, and lost what it held.
CREATE TABLE log.relay_streams (
    stream text PRIMARY KEY,
    created_at timestamptz NOT NULL,
    last_sequence bigint NOT NULL
);

-- A relay of before kept no such table: it has to follow the log from its beginning.
DELETE FROM log.checkpoints WHERE follower = 'relay';

-- migrate:down

DROP TABLE log.relay_streams;
DROP TABLE log.pending_readings;
