-- Apart from the tables: a rebuild fills them first.

ALTER TABLE matches ADD PRIMARY KEY (match_id);

CREATE INDEX matches_newest ON matches (owner_id, created_at DESC, match_id DESC)
    WHERE NOT is_deleted;

CREATE INDEX matches_played ON matches (owner_id, played_at, match_id)
    WHERE NOT is_deleted AND result IS NOT NULL;

ALTER TABLE summaries ADD PRIMARY KEY (owner_id);

ALTER TABLE reading_quality ADD PRIMARY KEY (series);

ALTER TABLE own_names ADD PRIMARY KEY (key);

CREATE INDEX own_names_owner ON own_names (owner_id);
