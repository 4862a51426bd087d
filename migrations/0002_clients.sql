-- Programs of other systems that ask for judgements, in Akismet's protocol or as Coral's external
-- phase: the keys they are known by, what they were told, and how much they asked.

-- A key has 48 bits, so it is kept as a keyed hash; it checks and reports for one site, no more.
CREATE TABLE client_keys (
    site         TEXT NOT NULL,
    id           TEXT NOT NULL,
    name         TEXT NOT NULL,
    hash         TEXT NOT NULL UNIQUE,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at   BIGINT,
    PRIMARY KEY (site, id)
);

-- What a program was told about a text, so that what it reports later finds it. The text itself is
-- not here: `content` is a keyed hash of it and its author's name.
CREATE TABLE judgements (
    site        TEXT NOT NULL,
    id          TEXT NOT NULL,
    blog        TEXT NOT NULL,
    month       TEXT NOT NULL,
    content     TEXT NOT NULL,
    fingerprint BIGINT,
    queued      BIGINT NOT NULL,
    said        TEXT NOT NULL,
    reported    TEXT,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (site, id)
);
CREATE INDEX judgements_by_content ON judgements (site, content, id);
CREATE INDEX judgements_by_text ON judgements (site, fingerprint, created_at);
CREATE INDEX judgements_by_age ON judgements (created_at);

-- Judgements and corrections by month (`2026-11`) and the address of the blog that asked.
CREATE TABLE client_usage (
    site            TEXT NOT NULL,
    month           TEXT NOT NULL,
    blog            TEXT NOT NULL,
    spam            BIGINT NOT NULL,
    ham             BIGINT NOT NULL,
    missed_spam     BIGINT NOT NULL,
    false_positives BIGINT NOT NULL,
    PRIMARY KEY (site, month, blog)
);
