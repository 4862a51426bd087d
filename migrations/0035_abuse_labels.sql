-- Labels of the second question, whether a text is abusive, beside those of the first, which are about spam. They have
-- tables of their own, of the same shape: the same comment has a label in each, and what is not in one table cannot teach the other's
-- model, in instances of the version before neither. `ham` is a text that is not abusive, `spam` one that is.
CREATE TABLE abuse_samples (
    site         TEXT NOT NULL REFERENCES sites (slug) ON DELETE CASCADE,
    id           TEXT NOT NULL,
    label        TEXT CHECK (label IN ('ham', 'spam')),
    provenance   TEXT NOT NULL CHECK (provenance IN ('decision', 'import', 'feedback', 'samples')),
    source       TEXT NOT NULL,
    counted      BIGINT NOT NULL,
    held_out     BIGINT NOT NULL,
    text         TEXT NOT NULL,
    name         TEXT,
    email_domain TEXT,
    website      TEXT,
    email_index  TEXT,
    revision     BIGINT NOT NULL,
    labelled_at  BIGINT NOT NULL,
    waits        TEXT CHECK (waits IN ('ham', 'spam')),
    PRIMARY KEY (site, id)
);
CREATE INDEX abuse_samples_by_source ON abuse_samples (site, provenance, source, label, counted, revision);
CREATE INDEX abuse_samples_by_email ON abuse_samples (site, email_index) WHERE email_index IS NOT NULL;

CREATE TABLE abuse_lessons (
    site     TEXT NOT NULL REFERENCES sites (slug) ON DELETE CASCADE,
    revision BIGINT NOT NULL,
    sample   TEXT NOT NULL,
    unlearn  TEXT CHECK (unlearn IN ('ham', 'spam')),
    learn    TEXT CHECK (learn IN ('ham', 'spam')),
    PRIMARY KEY (site, revision, sample)
);
CREATE INDEX abuse_lessons_by_sample ON abuse_lessons (site, sample);

CREATE TABLE abuse_learning (
    site     TEXT PRIMARY KEY REFERENCES sites (slug) ON DELETE CASCADE,
    revision BIGINT NOT NULL,
    epoch    BIGINT NOT NULL,
    live     TEXT,
    changed  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX abuse_learning_by_change ON abuse_learning (changed);

-- What a model or a training run, and labelled data on its way in, are about.
ALTER TABLE models ADD COLUMN question TEXT NOT NULL DEFAULT 'spam' CHECK (question IN ('spam', 'abuse'));
ALTER TABLE upload_rows ADD COLUMN question TEXT NOT NULL DEFAULT 'spam' CHECK (question IN ('spam', 'abuse'));

