-- Labels that people gave, what each change of a label teaches, and the models trained from them.

-- A labelled text. A comment's has the comment's id, so that a comment has one vote; an uploaded
-- one's id is a digest of what it says, so that a file uploaded twice counts once.
CREATE TABLE samples (
    site         TEXT NOT NULL,
    id           TEXT NOT NULL,
    -- NULL once it was taken back.
    label        TEXT,
    provenance   TEXT NOT NULL,
    source       TEXT NOT NULL,
    -- 1 when it counts in the site's live model at once, 0 beyond the cap of its source.
    counted      BIGINT NOT NULL,
    -- 1 when training leaves it aside, to measure models on.
    held_out     BIGINT NOT NULL,
    text         TEXT NOT NULL,
    name         TEXT,
    email_domain TEXT,
    website      TEXT,
    email_index  TEXT,
    revision     BIGINT NOT NULL,
    labelled_at  BIGINT NOT NULL,
    PRIMARY KEY (site, id)
);
CREATE INDEX samples_by_source ON samples (site, provenance, source, label, counted, revision);
CREATE INDEX samples_by_email ON samples (site, email_index) WHERE email_index IS NOT NULL;

-- Every change of a label, in order: the label to forget and the one to learn. A model that knows
-- the labels up to a revision is kept up to date by the lessons after it.
CREATE TABLE lessons (
    site     TEXT NOT NULL,
    revision BIGINT NOT NULL,
    sample   TEXT NOT NULL,
    unlearn  TEXT,
    learn    TEXT,
    PRIMARY KEY (site, revision, sample)
);
CREATE INDEX lessons_by_sample ON lessons (site, sample);

-- Where a site's learning stands. Instances notice a change by any of the three.
CREATE TABLE learning (
    site     TEXT PRIMARY KEY,
    -- Grows with every change of a label.
    revision BIGINT NOT NULL,
    -- Grows when lessons were taken out of the past: what followed them starts over.
    epoch    BIGINT NOT NULL,
    -- The model in use; NULL: the one that ships with the program.
    live     TEXT
);

-- Training runs and the models that came of them; one row is first the one, then the other.
CREATE TABLE models (
    site         TEXT NOT NULL,
    id           TEXT NOT NULL UNIQUE,
    state        TEXT NOT NULL,
    version      TEXT,
    -- The labels that it knows: those up to this revision.
    revision     BIGINT,
    requested_by TEXT NOT NULL,
    requested_at BIGINT NOT NULL,
    started_at   BIGINT,
    finished_at  BIGINT,
    attempts     BIGINT NOT NULL DEFAULT 0,
    phase        TEXT NOT NULL,
    done         BIGINT NOT NULL DEFAULT 0,
    total        BIGINT NOT NULL DEFAULT 0,
    report       TEXT,
    failure      TEXT,
    activated_at BIGINT,
    activated_by TEXT,
    -- The model that was in use before this one; NULL: the one that ships with the program.
    replaced     TEXT,
    PRIMARY KEY (site, id)
);

-- Held by the one instance that trains. What it works on is the model in state 'training'.
CREATE TABLE training_lease (
    name       TEXT PRIMARY KEY,
    holder     TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
INSERT INTO training_lease (name, holder, expires_at) VALUES ('training', '', 0);

-- Labelled data on its way in: kept apart until all of it is here and right, then moved to the
-- samples in bites. A complete upload is moved even if the instance that received it is killed.
CREATE TABLE uploads (
    id         TEXT PRIMARY KEY,
    state      TEXT NOT NULL,
    provenance TEXT NOT NULL,
    source     TEXT NOT NULL,
    touched_at BIGINT NOT NULL
);

CREATE TABLE upload_rows (
    upload       TEXT NOT NULL,
    site         TEXT NOT NULL,
    id           TEXT NOT NULL,
    label        TEXT NOT NULL,
    held_out     BIGINT NOT NULL,
    text         TEXT NOT NULL,
    name         TEXT,
    email_domain TEXT,
    website      TEXT,
    email_index  TEXT,
    PRIMARY KEY (upload, site, id)
);
