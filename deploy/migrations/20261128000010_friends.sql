-- migrate:up

-- A screenshot that the other player of a match attached: a later one takes its place, and what
-- was waited for is waited for no more.
ALTER TABLE log.pending_readings ADD COLUMN is_attached boolean NOT NULL DEFAULT false;

CREATE INDEX pending_readings_match_id_idx ON log.pending_readings (match_id);

-- Requests for confirmation that wait for an answer, and what to do about them when. Made from the
-- log alone: when it and the checkpoint `deadlines` are deleted, it is made anew.
CREATE TABLE log.confirmation_deadlines (
    match_id uuid PRIMARY KEY,
    request_id uuid NOT NULL,
    correlation_id uuid NOT NULL,
    remind_at timestamptz,  -- NULL once that was done
    expires_at timestamptz NOT NULL,
    due_at timestamptz GENERATED ALWAYS AS (coalesce(least(remind_at, expires_at), expires_at)) STORED
);

CREATE INDEX confirmation_deadlines_due_at_idx ON log.confirmation_deadlines (due_at);

-- The names that players show, for those who read what others share with them; no more of accounts.
CREATE VIEW accounts.display_names AS
SELECT id AS player_id, display_name
FROM accounts.players
WHERE erased_at IS NULL;

-- migrate:down

DROP VIEW accounts.display_names;
DROP TABLE log.confirmation_deadlines;
DROP INDEX log.pending_readings_match_id_idx;
ALTER TABLE log.pending_readings DROP COLUMN is_attached;
