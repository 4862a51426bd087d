-- One text for SQLite and PostgreSQL. Times are milliseconds since 1970, identifiers are UUIDv7 as
-- text, structured values are JSON as text. The site leads every key that belongs to one, so that
-- a sharded PostgreSQL can split by it.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE sites (
    slug       TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    origins    TEXT NOT NULL,
    policy     TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE comments (
    site          TEXT NOT NULL,
    id            TEXT NOT NULL,
    page          TEXT NOT NULL,
    page_title    TEXT,
    parent        TEXT,
    name          TEXT NOT NULL,
    email_sealed  TEXT NOT NULL,
    email_index   TEXT NOT NULL,
    website       TEXT,
    text          TEXT NOT NULL,
    fingerprint   BIGINT,
    status        TEXT NOT NULL,
    score         DOUBLE PRECISION,
    verdict       TEXT NOT NULL,
    evidence      TEXT NOT NULL,
    model_version TEXT,
    version       BIGINT NOT NULL,
    network       TEXT,
    network_key   TEXT,
    wants_replies BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    decided_at    BIGINT,
    decided_by    TEXT,
    PRIMARY KEY (site, id)
);
CREATE INDEX comments_by_status ON comments (site, status, id);
CREATE INDEX comments_by_page ON comments (site, page, id) WHERE status = 'approved';
CREATE INDEX comments_by_email ON comments (site, email_index, created_at);
CREATE INDEX comments_by_text ON comments (site, fingerprint, created_at);
CREATE INDEX comments_by_network_age ON comments (created_at) WHERE network IS NOT NULL;

CREATE TABLE history (
    site        TEXT NOT NULL,
    comment_id  TEXT NOT NULL,
    id          TEXT NOT NULL,
    at          BIGINT NOT NULL,
    action      TEXT NOT NULL,
    actor_id    TEXT,
    actor_name  TEXT,
    via         TEXT,
    decision    TEXT,
    from_status TEXT,
    to_status   TEXT,
    note        TEXT,
    undone      BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (site, comment_id, id)
);

-- Requests answered before, to answer their repetition alike.
CREATE TABLE idempotency (
    site         TEXT NOT NULL,
    request_key  TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    comment_id   TEXT NOT NULL,
    expires_at   BIGINT NOT NULL,
    PRIMARY KEY (site, request_key)
);
CREATE INDEX idempotency_by_expiry ON idempotency (expires_at);

-- Counters over windows: comments per network, sign-in tries.
CREATE TABLE counters (
    site        TEXT NOT NULL,
    kind        TEXT NOT NULL,
    counted     TEXT NOT NULL,
    count       BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    PRIMARY KEY (site, kind, counted)
);
CREATE INDEX counters_by_expiry ON counters (expires_at);

-- Single-use tokens that were used: proofs of work.
CREATE TABLE spent (
    token      TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX spent_by_expiry ON spent (expires_at);

CREATE TABLE block_rules (
    id         TEXT PRIMARY KEY,
    site       TEXT,
    kind       TEXT NOT NULL,
    pattern    TEXT NOT NULL,
    action     TEXT NOT NULL,
    note       TEXT,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    expires_at BIGINT
);

CREATE TABLE moderators (
    id             TEXT PRIMARY KEY,
    name           TEXT NOT NULL,
    email_sealed   TEXT,
    email_index    TEXT UNIQUE,
    role           TEXT NOT NULL,
    scope          TEXT NOT NULL,
    password_hash  TEXT,
    session_epoch  BIGINT NOT NULL DEFAULT 0,
    last_mailed_at BIGINT,
    created_at     BIGINT NOT NULL
);

CREATE TABLE sign_in_links (
    hash       TEXT PRIMARY KEY,
    moderator  TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE tokens (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    hash         TEXT NOT NULL UNIQUE,
    role         TEXT NOT NULL,
    scope        TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at   BIGINT
);

-- How a moderator wants to be mailed about a site; a site without a row here uses site ''.
CREATE TABLE mail_preferences (
    moderator TEXT NOT NULL,
    site      TEXT NOT NULL,
    mode      TEXT NOT NULL,
    PRIMARY KEY (moderator, site)
);

-- Sites with held comments that moderators have not been mailed about, and the arrival of the first.
CREATE TABLE notices (
    site       TEXT NOT NULL,
    moderator  TEXT NOT NULL,
    since      BIGINT NOT NULL,
    PRIMARY KEY (site, moderator)
);

-- Mail to be sent: what it is about and to whom; it is written when it is sent. No address is kept
-- here: a moderator's is read from their account, a commenter's from their comment (comment_id).
CREATE TABLE outbox (
    id          TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    site        TEXT NOT NULL,
    moderator   TEXT,
    comment_id  TEXT,
    email_index TEXT NOT NULL,
    about       TEXT NOT NULL,
    -- What must not be mailed twice.
    once_key    TEXT UNIQUE,
    status      TEXT NOT NULL,
    attempts    BIGINT NOT NULL DEFAULT 0,
    -- When it was queued or, as a dead letter, put back.
    queued_at   BIGINT NOT NULL,
    -- When it is to be tried or, once finished, forgotten.
    due_at      BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    finished_at BIGINT,
    last_error  TEXT
);
CREATE INDEX outbox_by_status ON outbox (status, due_at);
CREATE INDEX outbox_by_mailbox ON outbox (email_index, status);

-- Commenters who asked to hear of replies on a site. The id is what their links carry.
CREATE TABLE subscriptions (
    site            TEXT NOT NULL,
    email_index     TEXT NOT NULL,
    email_sealed    TEXT NOT NULL,
    id              TEXT NOT NULL UNIQUE,
    status          TEXT NOT NULL,
    asked_at        BIGINT NOT NULL,
    confirmed_at    BIGINT,
    PRIMARY KEY (site, email_index)
);
