-- Apart from the tables: a rebuild fills them first.

ALTER TABLE states ADD PRIMARY KEY (match_id);

ALTER TABLE matches ADD PRIMARY KEY (match_id, owner_id);

-- Deleted ones too: an account that is erased takes all of its matches along.
CREATE INDEX matches_newest ON matches (owner_id, created_at DESC, match_id DESC);

-- One for each other order of the list; the unconfirmed have no score, and follow in their own.
CREATE INDEX matches_by_time ON matches (owner_id, played_at, match_id) WHERE NOT is_deleted;

CREATE INDEX matches_by_score ON matches (owner_id, score_user, created_at, match_id)
    WHERE NOT is_deleted AND result IS NOT NULL;

CREATE INDEX matches_by_goals_against ON matches (owner_id, score_opponent, created_at, match_id)
    WHERE NOT is_deleted AND result IS NOT NULL;

CREATE INDEX matches_by_difference ON matches (owner_id, goal_difference, created_at, match_id)
    WHERE NOT is_deleted AND result IS NOT NULL;

CREATE INDEX matches_pending ON matches (owner_id, created_at, match_id)
    WHERE NOT is_deleted AND result IS NULL;

-- Matches against one opponent are few: they are sorted when they are asked for.
CREATE INDEX matches_opponent ON matches (owner_id, opponent, played_at) WHERE NOT is_deleted;

ALTER TABLE owners ADD PRIMARY KEY (owner_id);

ALTER TABLE summaries ADD PRIMARY KEY (owner_id);

ALTER TABLE reading_quality ADD PRIMARY KEY (outcome_id);

ALTER TABLE own_names ADD PRIMARY KEY (key);

CREATE INDEX own_names_owner ON own_names (owner_id);

ALTER TABLE match_numbers ADD PRIMARY KEY (match_id, owner_id);

CREATE INDEX match_numbers_played ON match_numbers (owner_id, played_at, match_id);

CREATE INDEX match_numbers_confirmed ON match_numbers (owner_id, played_at, match_id)
    WHERE result IS NOT NULL;

CREATE INDEX match_numbers_opponent ON match_numbers (owner_id, opponent, played_at, match_id);

ALTER TABLE opponents ADD PRIMARY KEY (opponent_id);

-- One for each order of the list.
CREATE INDEX opponents_played ON opponents (owner_id, played, opponent_id) WHERE played > 0;

CREATE INDEX opponents_won ON opponents (owner_id, won, opponent_id) WHERE played > 0;

CREATE INDEX opponents_lost ON opponents (owner_id, lost, opponent_id) WHERE played > 0;

CREATE INDEX opponents_difference ON opponents (owner_id, goal_difference, opponent_id)
    WHERE played > 0;

CREATE INDEX opponents_met ON opponents (owner_id, last_met_at, opponent_id) WHERE played > 0;

ALTER TABLE records ADD PRIMARY KEY (owner_id);

CREATE INDEX matches_reading ON matches (owner_id, reading_key) WHERE reading_key IS NOT NULL;

ALTER TABLE duplicates ADD PRIMARY KEY (match_id, owner_id);

ALTER TABLE changes ADD PRIMARY KEY (position, owner_id);

-- Where a player's stream goes on. The matches of an erased account leave by it, too.
CREATE INDEX changes_owner ON changes (owner_id, position);

ALTER TABLE encounters ADD PRIMARY KEY (match_id, player_id);

CREATE INDEX encounters_players ON encounters (player_id, other_id, played_at, match_id);

ALTER TABLE involved ADD PRIMARY KEY (match_id, player_id);

CREATE INDEX involved_players ON involved (player_id, match_id);

ALTER TABLE trust ADD PRIMARY KEY (player_id);
