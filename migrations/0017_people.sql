-- Whose a token is, and where it was made: by a `person`, on the `command line`. Of those that were
-- made before this was kept neither is known.
ALTER TABLE tokens ADD COLUMN owner TEXT;
ALTER TABLE tokens ADD COLUMN owner_name TEXT;
ALTER TABLE tokens ADD COLUMN origin TEXT NOT NULL DEFAULT 'unknown';
CREATE INDEX tokens_by_owner ON tokens (owner);

-- Sessions that were signed out before their time, until it is over.
CREATE TABLE ended_sessions (
    id         TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX ended_sessions_by_expiry ON ended_sessions (expires_at);

-- Networks, as keyed hashes, from which someone signed in: a stranger's tries elsewhere do not lock
-- them out there.
CREATE TABLE familiar_networks (
    moderator  TEXT NOT NULL,
    network    TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (moderator, network)
);
CREATE INDEX familiar_networks_by_expiry ON familiar_networks (expires_at);

-- What operators did: who, when, by which door, what, and to what. No personal data of anyone else,
-- and no secret, is in it.
CREATE TABLE acts (
    id         TEXT PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor_id   TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    via        TEXT NOT NULL,
    action     TEXT NOT NULL,
    target     TEXT NOT NULL,
    detail     TEXT NOT NULL
);
CREATE INDEX acts_by_time ON acts (at);
