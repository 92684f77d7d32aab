-- The read models of matches: one row a match, one row a player. Built from the log alone.

CREATE TABLE read_models.matches (
    match_id uuid PRIMARY KEY,
    owner_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    played_at timestamptz NOT NULL,
    result text,                 -- win, draw, loss; NULL until confirmed
    is_deleted boolean NOT NULL,
    version bigint NOT NULL,
    screenshot text NOT NULL,
    media_type text NOT NULL,
    state bytea NOT NULL,        -- the folded match, to fold the next event onto
    view text NOT NULL           -- the match as answers show it, ready JSON
);

CREATE INDEX matches_newest ON read_models.matches (owner_id, created_at DESC, match_id DESC)
    WHERE NOT is_deleted;

CREATE INDEX matches_played ON read_models.matches (owner_id, played_at, match_id)
    WHERE NOT is_deleted AND result IS NOT NULL;

CREATE TABLE read_models.summaries (
    owner_id uuid PRIMARY KEY,
    tally bytea NOT NULL,        -- the sums over the player's matches
    streaks bytea NOT NULL,      -- the runs of wins and losses
    view text NOT NULL           -- the summary as answers show it, ready JSON
);
