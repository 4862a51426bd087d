-- Decisions and their taking back, by time: who did what lately, and the last of somebody's. A post writes none of
-- these lines.
CREATE INDEX history_changes ON history (at) WHERE action IN ('decided', 'undone');

-- Lists of the desk that somebody named: the filters and the order, as the list's address carries them.
CREATE TABLE views (
    moderator  TEXT NOT NULL REFERENCES moderators (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    query      TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (moderator, name)
);

-- The language that somebody chose for the desk, as its tag; none: what their browser asks for.
ALTER TABLE moderators ADD COLUMN language TEXT;
