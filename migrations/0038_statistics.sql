-- What came and what was decided, added up by site, kind and day (days since 1970, UTC). A job follows comments and history and
-- adds to it; a post writes nothing here. `part` counts those of `count` that the kind singles out: see src/domain/tally.rs.
CREATE TABLE tallies (
    site  TEXT NOT NULL REFERENCES sites (slug) ON DELETE CASCADE,
    kind  TEXT NOT NULL CHECK (kind IN ('came', 'page', 'language', 'because', 'decided', 'undone', 'reason', 'back', 'missed',
        'wait', 'person')),
    day   BIGINT NOT NULL,
    word  TEXT NOT NULL,
    count BIGINT NOT NULL,
    part  BIGINT NOT NULL,
    PRIMARY KEY (site, kind, day, word)
);
-- What has had its time.
CREATE INDEX tallies_by_day ON tallies (day);
CREATE INDEX tallies_of_pages ON tallies (day) WHERE kind = 'page';

-- How far that job has come: the last comment, and the time and the line of history, that are counted.
CREATE TABLE tallied (
    what TEXT PRIMARY KEY CHECK (what IN ('comments', 'history')),
    at   BIGINT NOT NULL,
    last TEXT NOT NULL
);

-- Who has which comment open, and since when they were last seen to.
CREATE TABLE looks (
    site       TEXT NOT NULL,
    comment_id TEXT NOT NULL,
    moderator  TEXT NOT NULL REFERENCES moderators (id) ON DELETE CASCADE,
    at         BIGINT NOT NULL,
    PRIMARY KEY (site, comment_id, moderator),
    FOREIGN KEY (site, comment_id) REFERENCES comments (site, id) ON DELETE CASCADE
);
CREATE INDEX looks_by_time ON looks (at);

-- Changes of texts that were taken back, for pages that show the comment.
CREATE INDEX edits_by_taking_back ON edits (undone_at) WHERE undone_at IS NOT NULL;
