-- migrate:up

-- What a player's pictures take up, and which matches wait for their reading: for the quotas.
-- Lost in a crash, and made again from the store of pictures.
CREATE UNLOGGED TABLE accounts.upload_usage (
    player_id uuid PRIMARY KEY,
    bytes bigint NOT NULL,
    waiting jsonb NOT NULL,  -- the id of each match, and since when
    changed_at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- migrate:down

DROP TABLE accounts.upload_usage;
