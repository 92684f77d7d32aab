-- The read models of matches and of players. Built from the log alone.

-- Of rows that are written with every event, those over 2 kB would be compressed each time by
-- default, which takes longer than all else about them: `toast_tuple_target` is the size from which.

-- One row a match.
CREATE TABLE states (
    match_id uuid NOT NULL,
    state bytea NOT NULL         -- the folded match, to fold the next event onto
) WITH (toast_tuple_target = 8160);

-- One row a half: for the owner of a match, and for the friend who shares it, as each sees it.
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
    reading_key text,            -- the same for equal numbers; NULL where they prove nothing
    likeness bigint,             -- 64 bits, few of them different where pictures look alike
    view text NOT NULL           -- the match as answers show it, ready JSON
) WITH (toast_tuple_target = 8160);

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
) WITH (toast_tuple_target = 8160);

-- How readings came out against what players confirmed, over all players: one row an outcome, so
-- that a match changes one row.
CREATE TABLE reading_quality (
    outcome_id uuid NOT NULL,    -- made of the next five
    engine text NOT NULL,
    screen text NOT NULL,
    size text NOT NULL,          -- the picture's class by its shorter side, such as 720p
    compared text NOT NULL,      -- the fields that were read and then confirmed, parted by spaces
    corrected text NOT NULL,     -- of these, the ones that the player changed
    matches bigint NOT NULL      -- how many came out so
);

-- The names on a player's own side of confirmed matches, to tell the side of the next ones.
CREATE TABLE own_names (
    key text NOT NULL,           -- the next two in one
    owner_id uuid NOT NULL,
    folded text NOT NULL,
    times bigint NOT NULL        -- in how many matches
);

-- What statistics are made of: one narrow row for each half that is not deleted.
CREATE TABLE match_numbers (
    match_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    opponent text NOT NULL,      -- the name, folded
    opponent_name text NOT NULL, -- as the player wrote it
    played_at timestamptz NOT NULL,
    result text,                 -- NULL until confirmed, as are the scores
    score_user smallint,
    score_opponent smallint,
    -- NULL where the value is not known.
    possession smallint,
    opponent_possession smallint,
    shots smallint,
    opponent_shots smallint,
    shots_on_target smallint,
    opponent_shots_on_target smallint,
    fouls smallint,
    opponent_fouls smallint,
    offsides smallint,
    opponent_offsides smallint,
    corner_kicks smallint,
    opponent_corner_kicks smallint,
    free_kicks smallint,
    opponent_free_kicks smallint,
    passes smallint,
    opponent_passes smallint,
    completed_passes smallint,
    opponent_completed_passes smallint,
    crosses smallint,
    opponent_crosses smallint,
    interceptions smallint,
    opponent_interceptions smallint,
    tackles smallint,
    opponent_tackles smallint,
    saves smallint,
    opponent_saves smallint
);

-- One row for each opponent of each player.
CREATE TABLE opponents (
    opponent_id uuid NOT NULL,   -- made of the next two
    owner_id uuid NOT NULL,
    opponent text NOT NULL,      -- the name, folded
    played integer NOT NULL,     -- confirmed matches; 0 where all are pending
    won integer NOT NULL,
    lost integer NOT NULL,
    goal_difference integer NOT NULL,
    last_met_at timestamptz,     -- NULL where all are pending
    state bytea NOT NULL,        -- the sums and runs, to go on from
    view text NOT NULL           -- the head-to-head as answers show it, ready JSON
) WITH (toast_tuple_target = 8160);

-- What happened to players' matches: one row for each event and player who is told of it.
CREATE TABLE changes (
    position bigint NOT NULL,    -- of the event in the log
    owner_id uuid NOT NULL,
    match_id uuid NOT NULL,
    version bigint NOT NULL,     -- of the match, made by the event
    kind text NOT NULL           -- uploaded, reading, extracted, failed, confirmed, ...
);

CREATE TABLE records (
    owner_id uuid NOT NULL,
    held bytea NOT NULL,         -- who holds which record; seldom changes, and is large
    runs bytea NOT NULL,         -- the runs, to go on from
    view text NOT NULL           -- the records as answers show them, ready JSON
) WITH (toast_tuple_target = 8160);

-- The matches whose screen was sent before.
CREATE TABLE duplicates (
    match_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    duplicate_of uuid NOT NULL   -- the first match with this screen that is not deleted
);

-- Matches that two players say are right: one row for each of the two, as they see it.
CREATE TABLE encounters (
    match_id uuid NOT NULL,
    player_id uuid NOT NULL,
    other_id uuid NOT NULL,
    played_at timestamptz NOT NULL,
    result text NOT NULL,        -- for `player_id`, as are the goals
    goals_for smallint NOT NULL,
    goals_against smallint NOT NULL
);

-- Players of whom a match that is not theirs holds anything, for taking it out with them.
CREATE TABLE involved (
    match_id uuid NOT NULL,
    player_id uuid NOT NULL
);

-- In how many matches of a player what happened, among those that the opponent was asked about.
CREATE TABLE trust (
    player_id uuid NOT NULL,
    hidden bigint NOT NULL,      -- removed from the list, where summaries do not count them
    verified bigint NOT NULL,    -- at any time, as are the next two
    disputed bigint NOT NULL,    -- the player's numbers
    corrected bigint NOT NULL    -- by the player, after they were verified
);

-- Nobody searches in what is only shown, so there is nothing to plan by.
ALTER TABLE states ALTER COLUMN state SET STATISTICS 0;

ALTER TABLE matches ALTER COLUMN view SET STATISTICS 0;
