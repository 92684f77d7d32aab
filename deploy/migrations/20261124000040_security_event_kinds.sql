-- migrate:up

-- The program has the list of kinds; here it is enough that no text from outside gets in.
ALTER TABLE accounts.security_events
    DROP CONSTRAINT IF EXISTS security_events_kind_check,
    ADD CONSTRAINT security_events_kind_is_a_word CHECK (kind ~ '^[a-z_]{1,40}$');

-- migrate:down

ALTER TABLE accounts.security_events DROP CONSTRAINT security_events_kind_is_a_word;
