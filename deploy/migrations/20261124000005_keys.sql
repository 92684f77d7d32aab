-- migrate:up

CREATE SCHEMA keys;

-- The key that seals a player's names in the log, wrapped under the system's own key. A key that
-- was destroyed leaves its row, so that no other is made in its place.
CREATE TABLE keys.owners (
    owner_id uuid PRIMARY KEY,
    wrapped bytea,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    destroyed_at timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);

-- An account that is erased keeps its row, without anything of its player, until everything else
-- of theirs is gone.
ALTER TABLE accounts.players
    ALTER COLUMN email DROP NOT NULL,
    ALTER COLUMN email_folded DROP NOT NULL,
    ALTER COLUMN password_hash DROP NOT NULL,
    ADD COLUMN erased_at timestamptz,
    ADD COLUMN erasure_done_at timestamptz,
    ADD CONSTRAINT erased_players_have_no_address CHECK (
        (erased_at IS NULL) = (email IS NOT NULL)
        AND (erased_at IS NULL) = (email_folded IS NOT NULL)
        AND (erased_at IS NULL) = (password_hash IS NOT NULL)
    );

CREATE INDEX players_being_erased_idx ON accounts.players (erased_at)
WHERE erased_at IS NOT NULL AND erasure_done_at IS NULL;

-- migrate:down

DROP SCHEMA keys CASCADE;
DELETE FROM accounts.players WHERE erased_at IS NOT NULL;
ALTER TABLE accounts.players
    DROP COLUMN erased_at,
    DROP COLUMN erasure_done_at,
    ALTER COLUMN email SET NOT NULL,
    ALTER COLUMN email_folded SET NOT NULL,
    ALTER COLUMN password_hash SET NOT NULL;
