-- Texts that moderators changed: a row for each change, with the text before it. The comment's own row has the present
-- text; what was taken back stays here and says so.
CREATE TABLE edits (
    site        TEXT NOT NULL,
    comment_id  TEXT NOT NULL,
    id          TEXT NOT NULL,
    at          BIGINT NOT NULL,
    actor_id    TEXT NOT NULL,
    actor_name  TEXT NOT NULL,
    via         TEXT NOT NULL,
    reason      TEXT,
    text        TEXT NOT NULL,
    undone_at   BIGINT,
    undone_by   TEXT,
    undone_name TEXT,
    undone_via  TEXT,
    PRIMARY KEY (site, comment_id, id),
    FOREIGN KEY (site, comment_id) REFERENCES comments (site, id) ON DELETE CASCADE
);
-- Who did what lately, and the last of somebody's.
CREATE INDEX edits_by_time ON edits (at);

-- When the last change was that was not taken back: readers see that a text was edited.
ALTER TABLE comments ADD COLUMN edited_at BIGINT;
