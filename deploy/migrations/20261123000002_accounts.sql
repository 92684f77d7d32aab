-- migrate:up

CREATE SCHEMA accounts;

CREATE TABLE accounts.players (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    -- As compared: case folded, without outer spaces.
    email_folded text NOT NULL UNIQUE,
    password_hash text NOT NULL,
    -- Moves when the password changes, not when the same one is hashed again at a higher cost.
    password_changed_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL
);

-- A session begins with a login. Its row stays for a while after its end, as the proof of it.
CREATE TABLE accounts.sessions (
    id uuid PRIMARY KEY,
    player_id uuid NOT NULL REFERENCES accounts.players,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    ended_at timestamptz,
    end_reason text CHECK (
        end_reason IN ('logout', 'ended_by_player', 'password_changed', 'token_reused', 'erased')
    ),
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);

CREATE INDEX sessions_player_id_idx ON accounts.sessions (player_id);
CREATE INDEX sessions_ended_at_idx ON accounts.sessions (ended_at) WHERE ended_at IS NOT NULL;

-- The refresh tokens of a session, each used for the next: hashes only.
CREATE TABLE accounts.refresh_tokens (
    hash bytea PRIMARY KEY CHECK (length(hash) = 32),
    session_id uuid NOT NULL REFERENCES accounts.sessions ON DELETE CASCADE,
    -- The token that was given in for this one; it has one successor at most.
    parent_hash bytea UNIQUE,
    -- Makes this token out of its parent again, until it is used; then nobody may.
    salt bytea,
    issued_at timestamptz NOT NULL,
    used_at timestamptz,
    CHECK (used_at IS NULL OR salt IS NULL)
);

CREATE INDEX refresh_tokens_session_id_idx ON accounts.refresh_tokens (session_id);

-- How often something was asked in a running window of time. Lost in a crash, and that is fine.
CREATE UNLOGGED TABLE accounts.rate_counters (
    key_hash bytea PRIMARY KEY CHECK (length(key_hash) = 32),
    hits integer NOT NULL,
    window_ends_at timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE INDEX rate_counters_window_ends_at_idx ON accounts.rate_counters (window_ends_at);

-- What happened to accounts. No text from outside: nothing sent in can forge a line.
CREATE TABLE accounts.security_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    happened_at timestamptz NOT NULL,
    kind text NOT NULL CHECK (
        kind IN (
            'registered', 'registration_refused', 'login_succeeded', 'login_failed', 'refreshed',
            'token_reused', 'logged_out', 'session_ended', 'password_changed',
            'password_change_failed', 'denied', 'erased'
        )
    ),
    player_id uuid,
    session_id uuid,
    request_id uuid NOT NULL
);

CREATE INDEX security_events_player_id_idx ON accounts.security_events (player_id, id);

CREATE FUNCTION accounts.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'security events are only added, never changed or removed';
END
$$;

CREATE TRIGGER security_events_are_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON accounts.security_events
FOR EACH STATEMENT EXECUTE FUNCTION accounts.refuse_change();

-- migrate:down

DROP SCHEMA accounts CASCADE;
