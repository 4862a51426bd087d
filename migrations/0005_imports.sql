-- Comments that came from other systems, by the ids they had there: a file read twice changes
-- nothing, and replies find what they answer.
CREATE TABLE imported (
    site       TEXT NOT NULL,
    system     TEXT NOT NULL,
    foreign_id TEXT NOT NULL,
    comment_id TEXT NOT NULL,
    parent     TEXT,
    PRIMARY KEY (site, system, foreign_id)
);
