-- The read models of matches: one row a match, one row a player. Built from the log alone.

CREATE TABLE matches (
    match_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    played_at timestamptz NOT NULL,
    opponent text NOT NULL,      -- the name, folded
    status text NOT NULL,        -- processing, extracted, failed, confirmed
    result text,                 -- win, draw, loss; NULL until confirmed, as are the next three
    score_user smallint,
    score_opponent smallint,
    goal_difference smallint,
    is_deleted boolean NOT NULL,
    version bigint NOT NULL,
    screenshot text NOT NULL,
    media_type text NOT NULL,
    state bytea NOT NULL,        -- the folded match, to fold the next event onto
    view text NOT NULL           -- the match as answers show it, ready JSON
);

-- How often anything of a player's matches changed.
CREATE TABLE owners (
    owner_id uuid NOT NULL,
    version bigint NOT NULL      -- the sum of the versions of the matches
);

CREATE TABLE summaries (
    owner_id uuid NOT NULL,
    tally bytea NOT NULL,        -- the sums over the player's matches
    streaks bytea NOT NULL,      -- the runs of wins and losses
    view text NOT NULL           -- the summary as answers show it, ready JSON
);

-- What players changed against what was read, over all players.
CREATE TABLE reading_quality (
    series text NOT NULL,        -- the next four in one
    engine text NOT NULL,
    screen text NOT NULL,
    size text NOT NULL,          -- the picture's class by its shorter side, such as 720p
    field text NOT NULL,
    compared bigint NOT NULL,    -- values that were read and then confirmed
    corrected bigint NOT NULL    -- of these, the ones that the player changed
);

-- The names on a player's own side of confirmed matches, to tell the side of the next ones.
CREATE TABLE own_names (
    key text NOT NULL,           -- the next two in one
    owner_id uuid NOT NULL,
    folded text NOT NULL,
    times bigint NOT NULL        -- in how many matches
);
