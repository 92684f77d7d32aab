-- migrate:up

-- The name that a player shows to others; nobody has to have one.
ALTER TABLE accounts.players
ADD COLUMN display_name text CHECK (char_length(display_name) BETWEEN 1 AND 40);

-- migrate:down

ALTER TABLE accounts.players DROP COLUMN display_name;
