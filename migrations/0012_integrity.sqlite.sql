-- SQLite adds no constraint to a table that is there: each is made anew, filled in its old order and put in
-- the old one's place, parents before what refers to them. Dropping a table deletes its rows first, and
-- they would take with them all that refers to them: nothing does yet. Renaming takes the new table's own
-- references along.

CREATE TABLE new_comments (
    site           TEXT NOT NULL
        REFERENCES sites (slug) ON DELETE CASCADE,
    id             TEXT NOT NULL,
    page           TEXT NOT NULL,
    page_title     TEXT,
    parent         TEXT,
    name           TEXT NOT NULL,
    email_sealed   TEXT NOT NULL,
    email_index    TEXT NOT NULL,
    website        TEXT,
    text           TEXT NOT NULL,
    fingerprint    BIGINT,
    status         TEXT NOT NULL
        CHECK (status IN ('pending', 'approved', 'spam', 'rejected', 'trash')),
    score          DOUBLE PRECISION,
    verdict        TEXT NOT NULL
        CHECK (verdict IN ('publish', 'hold', 'spam')),
    evidence       TEXT NOT NULL,
    model_version  TEXT,
    version        BIGINT NOT NULL,
    network        TEXT,
    network_key    TEXT,
    wants_replies  BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    decided_at     BIGINT,
    decided_by     TEXT,
    PRIMARY KEY (site, id)
);
INSERT INTO new_comments (
    site, id, page, page_title, parent, name, email_sealed, email_index, website, text, fingerprint,
    status, score, verdict, evidence, model_version, version, network, network_key, wants_replies,
    created_at, decided_at, decided_by
) SELECT
    site, id, page, page_title, parent, name, email_sealed, email_index, website, text, fingerprint,
    status, score, verdict, evidence, model_version, version, network, network_key, wants_replies,
    created_at, decided_at, decided_by
FROM comments ORDER BY rowid;
DROP TABLE comments;
ALTER TABLE new_comments RENAME TO comments;
CREATE INDEX comments_by_email ON comments (site, email_index, created_at);
CREATE INDEX comments_by_network_age ON comments (created_at) WHERE network IS NOT NULL;
CREATE INDEX comments_by_page ON comments (site, page, id) WHERE status = 'approved';
CREATE INDEX comments_by_status ON comments (site, status, id, score);
CREATE INDEX comments_by_text ON comments (site, fingerprint, created_at);
CREATE INDEX comments_decided_by_network ON comments (site, network_key, decided_at)
    WHERE decided_at IS NOT NULL AND network_key IS NOT NULL;
CREATE INDEX comments_decided_with_website ON comments (site, decided_at)
    WHERE decided_at IS NOT NULL AND website IS NOT NULL;
CREATE TRIGGER comments_count_added AFTER INSERT ON comments BEGIN
    INSERT INTO comment_counts VALUES (NEW.site, NEW.status, 1)
        ON CONFLICT (site, status) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER comments_count_moved AFTER UPDATE OF status ON comments WHEN OLD.status <> NEW.status BEGIN
    UPDATE comment_counts SET count = count - 1 WHERE site = OLD.site AND status = OLD.status;
    INSERT INTO comment_counts VALUES (NEW.site, NEW.status, 1)
        ON CONFLICT (site, status) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER comments_count_removed AFTER DELETE ON comments BEGIN
    UPDATE comment_counts SET count = count - 1 WHERE site = OLD.site AND status = OLD.status;
END;

CREATE TABLE new_moderators (
    id             TEXT PRIMARY KEY,
    name           TEXT NOT NULL,
    email_sealed   TEXT,
    email_index    TEXT UNIQUE,
    role           TEXT NOT NULL
        CHECK (role IN ('moderator', 'operator')),
    scope          TEXT NOT NULL,
    password_hash  TEXT,
    session_epoch  BIGINT NOT NULL DEFAULT 0,
    last_mailed_at BIGINT,
    created_at     BIGINT NOT NULL
);
INSERT INTO new_moderators (
    id, name, email_sealed, email_index, role, scope, password_hash, session_epoch, last_mailed_at,
    created_at
) SELECT
    id, name, email_sealed, email_index, role, scope, password_hash, session_epoch, last_mailed_at,
    created_at
FROM moderators ORDER BY rowid;
DROP TABLE moderators;
ALTER TABLE new_moderators RENAME TO moderators;

CREATE TABLE new_tokens (
    id             TEXT PRIMARY KEY,
    name           TEXT NOT NULL,
    hash           TEXT NOT NULL UNIQUE,
    role           TEXT NOT NULL
        CHECK (role IN ('moderator', 'operator')),
    scope          TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    last_used_at   BIGINT,
    revoked_at     BIGINT
);
INSERT INTO new_tokens (
    id, name, hash, role, scope, created_at, last_used_at, revoked_at
) SELECT
    id, name, hash, role, scope, created_at, last_used_at, revoked_at
FROM tokens ORDER BY rowid;
DROP TABLE tokens;
ALTER TABLE new_tokens RENAME TO tokens;

CREATE TABLE new_uploads (
    id             TEXT PRIMARY KEY,
    state          TEXT NOT NULL
        CHECK (state IN ('arriving', 'complete')),
    provenance     TEXT NOT NULL
        CHECK (provenance IN ('decision', 'import', 'feedback', 'samples')),
    source         TEXT NOT NULL,
    touched_at     BIGINT NOT NULL
);
INSERT INTO new_uploads (
    id, state, provenance, source, touched_at
) SELECT
    id, state, provenance, source, touched_at
FROM uploads ORDER BY rowid;
DROP TABLE uploads;
ALTER TABLE new_uploads RENAME TO uploads;

CREATE TABLE new_models (
    site           TEXT NOT NULL
        REFERENCES sites (slug) ON DELETE CASCADE,
    id             TEXT NOT NULL UNIQUE,
    state          TEXT NOT NULL
        CHECK (state IN ('queued', 'training', 'trained', 'failed')),
    version        TEXT,
    -- The labels that it knows: those up to this revision.
    revision       BIGINT,
    requested_by   TEXT NOT NULL,
    requested_at   BIGINT NOT NULL,
    started_at     BIGINT,
    finished_at    BIGINT,
    attempts       BIGINT NOT NULL DEFAULT 0,
    phase          TEXT NOT NULL
        CHECK (phase IN ('waiting', 'reading', 'fitting', 'measuring', 'done')),
    done           BIGINT NOT NULL DEFAULT 0,
    total          BIGINT NOT NULL DEFAULT 0,
    report         TEXT,
    failure        TEXT,
    activated_at   BIGINT,
    activated_by   TEXT,
    -- The model that was in use before this one; NULL: the one that ships with the program.
    replaced       TEXT,
    PRIMARY KEY (site, id)
);
INSERT INTO new_models (
    site, id, state, version, revision, requested_by, requested_at, started_at, finished_at,
    attempts, phase, done, total, report, failure, activated_at, activated_by, replaced
) SELECT
    site, id, state, version, revision, requested_by, requested_at, started_at, finished_at,
    attempts, phase, done, total, report, failure, activated_at, activated_by, replaced
FROM models ORDER BY rowid;
DROP TABLE models;
ALTER TABLE new_models RENAME TO models;

CREATE TABLE new_history (
    site           TEXT NOT NULL,
    comment_id     TEXT NOT NULL,
    id             TEXT NOT NULL,
    at             BIGINT NOT NULL,
    action         TEXT NOT NULL
        CHECK (action IN ('received', 'decided', 'undone', 'email_revealed', 'noted')),
    actor_id       TEXT,
    actor_name     TEXT,
    via            TEXT,
    decision       TEXT
        CHECK (decision IN ('approve', 'spam', 'reject', 'trash', 'hold')),
    from_status    TEXT
        CHECK (from_status IN ('pending', 'approved', 'spam', 'rejected', 'trash')),
    to_status      TEXT
        CHECK (to_status IN ('pending', 'approved', 'spam', 'rejected', 'trash')),
    note           TEXT,
    undone         BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (site, comment_id, id),
    FOREIGN KEY (site, comment_id) REFERENCES comments (site, id) ON DELETE CASCADE
);
INSERT INTO new_history (
    site, comment_id, id, at, action, actor_id, actor_name, via, decision, from_status, to_status,
    note, undone
) SELECT
    site, comment_id, id, at, action, actor_id, actor_name, via, decision, from_status, to_status,
    note, undone
FROM history ORDER BY rowid;
DROP TABLE history;
ALTER TABLE new_history RENAME TO history;

CREATE TABLE new_idempotency (
    site           TEXT NOT NULL
        REFERENCES sites (slug) ON DELETE CASCADE,
    request_key    TEXT NOT NULL,
    request_hash   TEXT NOT NULL,
    comment_id     TEXT NOT NULL,
    expires_at     BIGINT NOT NULL,
    PRIMARY KEY (site, request_key)
);
INSERT INTO new_idempotency (
    site, request_key, request_hash, comment_id, expires_at
) SELECT
    site, request_key, request_hash, comment_id, expires_at
FROM idempotency ORDER BY rowid;
DROP TABLE idempotency;
ALTER TABLE new_idempotency RENAME TO idempotency;
CREATE INDEX idempotency_by_expiry ON idempotency (expires_at);

CREATE TABLE new_block_rules (
    id             TEXT PRIMARY KEY,
    site           TEXT
        REFERENCES sites (slug) ON DELETE CASCADE,
    kind           TEXT NOT NULL
        CHECK (kind IN ('word', 'email', 'network', 'domain')),
    pattern        TEXT NOT NULL,
    action         TEXT NOT NULL
        CHECK (action IN ('hold', 'spam')),
    note           TEXT,
    created_at     BIGINT NOT NULL,
    created_by     TEXT NOT NULL,
    expires_at     BIGINT
);
INSERT INTO new_block_rules (
    id, site, kind, pattern, action, note, created_at, created_by, expires_at
) SELECT
    id, site, kind, pattern, action, note, created_at, created_by, expires_at
FROM block_rules ORDER BY rowid;
DROP TABLE block_rules;
ALTER TABLE new_block_rules RENAME TO block_rules;

CREATE TABLE new_sign_in_links (
    hash           TEXT PRIMARY KEY,
    moderator      TEXT NOT NULL
        REFERENCES moderators (id) ON DELETE CASCADE,
    expires_at     BIGINT NOT NULL
);
INSERT INTO new_sign_in_links (
    hash, moderator, expires_at
) SELECT
    hash, moderator, expires_at
FROM sign_in_links ORDER BY rowid;
DROP TABLE sign_in_links;
ALTER TABLE new_sign_in_links RENAME TO sign_in_links;

CREATE TABLE new_mail_preferences (
    moderator      TEXT NOT NULL
        REFERENCES moderators (id) ON DELETE CASCADE,
    site           TEXT NOT NULL,
    mode           TEXT NOT NULL
        CHECK (mode IN ('each', 'hourly', 'daily', 'none')),
    PRIMARY KEY (moderator, site)
);
INSERT INTO new_mail_preferences (
    moderator, site, mode
) SELECT
    moderator, site, mode
FROM mail_preferences ORDER BY rowid;
DROP TABLE mail_preferences;
ALTER TABLE new_mail_preferences RENAME TO mail_preferences;

CREATE TABLE new_notices (
    site           TEXT NOT NULL
        REFERENCES sites (slug) ON DELETE CASCADE,
    moderator      TEXT NOT NULL
        REFERENCES moderators (id) ON DELETE CASCADE,
    since          BIGINT NOT NULL,
    PRIMARY KEY (site, moderator)
);
INSERT INTO new_notices (
    site, moderator, since
) SELECT
    site, moderator, since
FROM notices ORDER BY rowid;
DROP TABLE notices;
ALTER TABLE new_notices RENAME TO notices;

CREATE TABLE new_outbox (
    id             TEXT PRIMARY KEY,
    kind           TEXT NOT NULL
        CHECK (kind IN ('queue', 'confirm', 'reply')),
    site           TEXT NOT NULL,
    moderator      TEXT
        REFERENCES moderators (id) ON DELETE CASCADE,
    comment_id     TEXT,
    email_index    TEXT NOT NULL,
    about          TEXT NOT NULL,
    -- What must not be mailed twice.
    once_key       TEXT UNIQUE,
    status         TEXT NOT NULL
        CHECK (status IN ('queued', 'sent', 'cancelled', 'dead')),
    attempts       BIGINT NOT NULL DEFAULT 0,
    -- When it was queued or, as a dead letter, put back.
    queued_at      BIGINT NOT NULL,
    -- When it is to be tried or, once finished, forgotten.
    due_at         BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    finished_at    BIGINT,
    last_error     TEXT,
    FOREIGN KEY (site, comment_id) REFERENCES comments (site, id) ON DELETE CASCADE
);
INSERT INTO new_outbox (
    id, kind, site, moderator, comment_id, email_index, about, once_key, status, attempts,
    queued_at, due_at, created_at, finished_at, last_error
) SELECT
    id, kind, site, moderator, comment_id, email_index, about, once_key, status, attempts,
    queued_at, due_at, created_at, finished_at, last_error
FROM outbox ORDER BY rowid;
DROP TABLE outbox;
ALTER TABLE new_outbox RENAME TO outbox;
CREATE INDEX outbox_by_mailbox ON outbox (email_index, status);
CREATE INDEX outbox_by_status ON outbox (status, due_at);
CREATE INDEX outbox_by_comment ON outbox (site, comment_id) WHERE comment_id IS NOT NULL;

CREATE TABLE new_subscriptions (
    site           TEXT NOT NULL
        REFERENCES sites (slug) ON DELETE CASCADE,
    email_index    TEXT NOT NULL,
    email_sealed   TEXT NOT NULL,
    id             TEXT NOT NULL UNIQUE,
    status         TEXT NOT NULL
        CHECK (status IN ('asked', 'confirmed', 'unsubscribed')),
    asked_at       BIGINT NOT NULL,
    confirmed_at   BIGINT,
    PRIMARY KEY (site, email_index)
);
INSERT INTO new_subscriptions (
    site, email_index, email_sealed, id, status, asked_at, confirmed_at
) SELECT
    site, email_index, email_sealed, id, status, asked_at, confirmed_at
FROM subscriptions ORDER BY rowid;
DROP TABLE subscriptions;
ALTER TABLE new_subscriptions RENAME TO subscriptions;

CREATE TABLE new_client_keys (
    site           TEXT NOT NULL
        REFERENCES sites (slug) ON DELETE CASCADE,
    id             TEXT NOT NULL,
    name           TEXT NOT NULL,
    hash           TEXT NOT NULL UNIQUE,
    created_at     BIGINT NOT NULL,
    last_used_at   BIGINT,
    revoked_at     BIGINT,
    key_sealed     TEXT,
    PRIMARY KEY (site, id)
);
INSERT INTO new_client_keys (
    site, id, name, hash, created_at, last_used_at, revoked_at, key_sealed
) SELECT
    site, id, name, hash, created_at, last_used_at, revoked_at, key_sealed
FROM client_keys ORDER BY rowid;
DROP TABLE client_keys;
ALTER TABLE new_client_keys RENAME TO client_keys;

CREATE TABLE new_judgements (
    site           TEXT NOT NULL
        REFERENCES sites (slug) ON DELETE CASCADE,
    id             TEXT NOT NULL,
    blog           TEXT NOT NULL,
    month          TEXT NOT NULL,
    content        TEXT NOT NULL,
    fingerprint    BIGINT,
    queued         BIGINT NOT NULL,
    said           TEXT NOT NULL
        CHECK (said IN ('ham', 'spam')),
    reported       TEXT
        CHECK (reported IN ('ham', 'spam')),
    created_at     BIGINT NOT NULL,
    callback       TEXT,
    client_key     TEXT,
    told           TEXT
        CHECK (told IN ('ham', 'spam')),
    PRIMARY KEY (site, id)
);
INSERT INTO new_judgements (
    site, id, blog, month, content, fingerprint, queued, said, reported, created_at, callback,
    client_key, told
) SELECT
    site, id, blog, month, content, fingerprint, queued, said, reported, created_at, callback,
    client_key, told
FROM judgements ORDER BY rowid;
DROP TABLE judgements;
ALTER TABLE new_judgements RENAME TO judgements;
CREATE INDEX judgements_by_age ON judgements (created_at);
CREATE INDEX judgements_by_content ON judgements (site, content, id);
CREATE INDEX judgements_by_text ON judgements (site, fingerprint, created_at);

CREATE TABLE new_client_usage (
    site           TEXT NOT NULL
        REFERENCES sites (slug) ON DELETE CASCADE,
    month          TEXT NOT NULL,
    blog           TEXT NOT NULL,
    spam           BIGINT NOT NULL,
    ham            BIGINT NOT NULL,
    missed_spam    BIGINT NOT NULL,
    false_positives BIGINT NOT NULL,
    PRIMARY KEY (site, month, blog)
);
INSERT INTO new_client_usage (
    site, month, blog, spam, ham, missed_spam, false_positives
) SELECT
    site, month, blog, spam, ham, missed_spam, false_positives
FROM client_usage ORDER BY rowid;
DROP TABLE client_usage;
ALTER TABLE new_client_usage RENAME TO client_usage;

CREATE TABLE new_samples (
    site           TEXT NOT NULL
        REFERENCES sites (slug) ON DELETE CASCADE,
    id             TEXT NOT NULL,
    -- NULL once it was taken back.
    label          TEXT
        CHECK (label IN ('ham', 'spam')),
    provenance     TEXT NOT NULL
        CHECK (provenance IN ('decision', 'import', 'feedback', 'samples')),
    source         TEXT NOT NULL,
    -- 1 when it counts in the site's live model at once, 0 beyond the cap of its source.
    counted        BIGINT NOT NULL,
    -- 1 when training leaves it aside, to measure models on.
    held_out       BIGINT NOT NULL,
    text           TEXT NOT NULL,
    name           TEXT,
    email_domain   TEXT,
    website        TEXT,
    email_index    TEXT,
    revision       BIGINT NOT NULL,
    labelled_at    BIGINT NOT NULL,
    PRIMARY KEY (site, id)
);
INSERT INTO new_samples (
    site, id, label, provenance, source, counted, held_out, text, name, email_domain, website,
    email_index, revision, labelled_at
) SELECT
    site, id, label, provenance, source, counted, held_out, text, name, email_domain, website,
    email_index, revision, labelled_at
FROM samples ORDER BY rowid;
DROP TABLE samples;
ALTER TABLE new_samples RENAME TO samples;
CREATE INDEX samples_by_email ON samples (site, email_index) WHERE email_index IS NOT NULL;
CREATE INDEX samples_by_source ON samples (site, provenance, source, label, counted, revision);

CREATE TABLE new_lessons (
    site           TEXT NOT NULL
        REFERENCES sites (slug) ON DELETE CASCADE,
    revision       BIGINT NOT NULL,
    sample         TEXT NOT NULL,
    unlearn        TEXT
        CHECK (unlearn IN ('ham', 'spam')),
    learn          TEXT
        CHECK (learn IN ('ham', 'spam')),
    PRIMARY KEY (site, revision, sample)
);
INSERT INTO new_lessons (
    site, revision, sample, unlearn, learn
) SELECT
    site, revision, sample, unlearn, learn
FROM lessons ORDER BY rowid;
DROP TABLE lessons;
ALTER TABLE new_lessons RENAME TO lessons;
CREATE INDEX lessons_by_sample ON lessons (site, sample);

CREATE TABLE new_learning (
    site           TEXT PRIMARY KEY
        REFERENCES sites (slug) ON DELETE CASCADE,
    -- Grows with every change of a label.
    revision       BIGINT NOT NULL,
    -- Grows when lessons were taken out of the past: what followed them starts over.
    epoch          BIGINT NOT NULL,
    -- The model in use; NULL: the one that ships with the program.
    live           TEXT
);
INSERT INTO new_learning (
    site, revision, epoch, live
) SELECT
    site, revision, epoch, live
FROM learning ORDER BY rowid;
DROP TABLE learning;
ALTER TABLE new_learning RENAME TO learning;

CREATE TABLE new_upload_rows (
    upload         TEXT NOT NULL
        REFERENCES uploads (id) ON DELETE CASCADE,
    site           TEXT NOT NULL
        REFERENCES sites (slug) ON DELETE CASCADE,
    id             TEXT NOT NULL,
    label          TEXT NOT NULL
        CHECK (label IN ('ham', 'spam')),
    held_out       BIGINT NOT NULL,
    text           TEXT NOT NULL,
    name           TEXT,
    email_domain   TEXT,
    website        TEXT,
    email_index    TEXT,
    PRIMARY KEY (upload, site, id)
);
INSERT INTO new_upload_rows (
    upload, site, id, label, held_out, text, name, email_domain, website, email_index
) SELECT
    upload, site, id, label, held_out, text, name, email_domain, website, email_index
FROM upload_rows ORDER BY rowid;
DROP TABLE upload_rows;
ALTER TABLE new_upload_rows RENAME TO upload_rows;

CREATE TABLE new_model_files (
    site           TEXT NOT NULL,
    model          TEXT NOT NULL,
    bytes          BLOB NOT NULL,
    -- What of it has to be forgotten, because its author asked; as lessons.
    forgotten      BLOB,
    PRIMARY KEY (site, model),
    FOREIGN KEY (site, model) REFERENCES models (site, id) ON DELETE CASCADE
);
INSERT INTO new_model_files (
    site, model, bytes, forgotten
) SELECT
    site, model, bytes, forgotten
FROM model_files ORDER BY rowid;
DROP TABLE model_files;
ALTER TABLE new_model_files RENAME TO model_files;

CREATE TABLE new_imported (
    site           TEXT NOT NULL,
    system         TEXT NOT NULL,
    foreign_id     TEXT NOT NULL,
    comment_id     TEXT NOT NULL,
    parent         TEXT,
    -- 1: it was approved there, and waits here until it is known whether what it answers is public.
    waits      BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (site, system, foreign_id),
    FOREIGN KEY (site, comment_id) REFERENCES comments (site, id)
        ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO new_imported (
    site, system, foreign_id, comment_id, parent
) SELECT
    site, system, foreign_id, comment_id, parent
FROM imported ORDER BY rowid;
DROP TABLE imported;
ALTER TABLE new_imported RENAME TO imported;
CREATE INDEX imported_by_comment ON imported (site, comment_id);
CREATE INDEX imported_that_wait ON imported (site, system, foreign_id) WHERE waits = 1;

CREATE TABLE new_webhooks (
    site           TEXT NOT NULL
        REFERENCES sites (slug) ON DELETE CASCADE,
    id             TEXT NOT NULL,
    url            TEXT NOT NULL,
    events         TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    delivered_at   BIGINT,
    PRIMARY KEY (site, id)
);
INSERT INTO new_webhooks (
    site, id, url, events, created_at, delivered_at
) SELECT
    site, id, url, events, created_at, delivered_at
FROM webhooks ORDER BY rowid;
DROP TABLE webhooks;
ALTER TABLE new_webhooks RENAME TO webhooks;

CREATE TABLE new_deliveries (
    site           TEXT NOT NULL
        REFERENCES sites (slug) ON DELETE CASCADE,
    webhook        TEXT NOT NULL,
    id             TEXT NOT NULL,
    event          TEXT NOT NULL,
    about          TEXT NOT NULL,
    status         TEXT NOT NULL
        CHECK (status IN ('queued', 'delivered', 'settled', 'dead')),
    attempts       BIGINT NOT NULL DEFAULT 0,
    queued_at      BIGINT NOT NULL,
    -- When it is to be tried or, once finished, forgotten.
    due_at         BIGINT NOT NULL,
    last_error     TEXT,
    PRIMARY KEY (site, webhook, id)
);
INSERT INTO new_deliveries (
    site, webhook, id, event, about, status, attempts, queued_at, due_at, last_error
) SELECT
    site, webhook, id, event, about, status, attempts, queued_at, due_at, last_error
FROM deliveries ORDER BY rowid;
DROP TABLE deliveries;
ALTER TABLE new_deliveries RENAME TO deliveries;
CREATE INDEX deliveries_by_status ON deliveries (status, due_at);
