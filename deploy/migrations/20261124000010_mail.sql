-- migrate:up

-- When the player proved that mail to the address arrives; NULL until then.
ALTER TABLE accounts.players ADD COLUMN email_verified_at timestamptz;

-- Mail that is to leave, each written with what it tells of. Neither the address (it is the
-- player's) nor the secret in the mail (it is made from the id and a key that lies elsewhere).
CREATE TABLE accounts.mails (
    id uuid PRIMARY KEY,
    -- NULL: asked for an address without an account, which must cost the same; nobody gets it.
    player_id uuid REFERENCES accounts.players ON DELETE CASCADE,
    kind text NOT NULL,
    asked_at timestamptz NOT NULL,
    -- Of the secret, until it is used or replaced by that of a later mail.
    token_hash bytea UNIQUE CHECK (length(token_hash) = 32),
    token_expires_at timestamptz,  -- counted from the sending; nobody knows the secret before
    state text NOT NULL DEFAULT 'waiting' CHECK (
        state IN ('waiting', 'sending', 'sent', 'refused', 'given_up', 'dropped', 'doubtful')
    ),
    due_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    -- How often it was handed over without hearing whether it was taken.
    doubts integer NOT NULL DEFAULT 0
);

CREATE INDEX mails_due_at_idx ON accounts.mails (due_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX mails_asked_at_idx ON accounts.mails (asked_at);
CREATE INDEX mails_player_id_idx ON accounts.mails (player_id);
CREATE UNIQUE INDEX mails_one_secret_idx ON accounts.mails (player_id, kind)
WHERE token_hash IS NOT NULL;

ALTER TABLE accounts.security_events DROP CONSTRAINT security_events_kind_check;
ALTER TABLE accounts.security_events ADD CONSTRAINT security_events_kind_check CHECK (
    kind IN (
        'registered', 'registration_refused', 'login_succeeded', 'login_failed', 'refreshed',
        'token_reused', 'logged_out', 'session_ended', 'password_changed',
        'password_change_failed', 'denied', 'erased',
        'password_reset_requested', 'password_reset', 'verification_requested', 'verified'
    )
);

-- migrate:down

ALTER TABLE accounts.security_events DROP CONSTRAINT security_events_kind_check;
-- Lines of the later kinds stay: nothing is ever removed.
ALTER TABLE accounts.security_events ADD CONSTRAINT security_events_kind_check CHECK (
    kind IN (
        'registered', 'registration_refused', 'login_succeeded', 'login_failed', 'refreshed',
        'token_reused', 'logged_out', 'session_ended', 'password_changed',
        'password_change_failed', 'denied', 'erased'
    )
) NOT VALID;
DROP TABLE accounts.mails;
ALTER TABLE accounts.players DROP COLUMN email_verified_at;
