-- What people decided about, by when, for the desk's order by the last decision: within a status and over all of them. A post
-- writes neither, because nobody has decided about it yet.
CREATE INDEX comments_by_decision ON comments (site, status, (CAST(decided_at AS DOUBLE PRECISION)), id) WHERE decided_at IS NOT NULL;
CREATE INDEX comments_decided ON comments (site, (CAST(decided_at AS DOUBLE PRECISION)), id) WHERE decided_at IS NOT NULL;

-- How many comments a moderator's lists show on a page; none: the usual number.
ALTER TABLE moderators ADD COLUMN page_size BIGINT CHECK (page_size IN (25, 50, 100));

-- Batches that are being taken back: by whom, through which door, and when it last went on. Where whoever does it is cut off,
-- another finds the row and goes on.
CREATE TABLE takings_back (
    site       TEXT NOT NULL REFERENCES sites (slug) ON DELETE CASCADE,
    batch      TEXT NOT NULL,
    actor_id   TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    via        TEXT NOT NULL CHECK (via IN ('session', 'token', 'mail_link', 'client', 'command')),
    at         BIGINT NOT NULL,
    PRIMARY KEY (site, batch)
);
