-- The author tokens that comments came with: each begins with one comment, whose id it has. NULL: the
-- comment proves nothing about who wrote it.
ALTER TABLE comments ADD COLUMN author_chain TEXT;

-- A program's label that waits for a person's word: it contradicts a person, or the model strongly. It
-- counts nowhere until a person gives the text a label.
ALTER TABLE samples ADD COLUMN waits TEXT CHECK (waits IN ('ham', 'spam'));

-- What `notices` is for comments that are held, for those put aside as spam: written for the time it takes
-- alone, so that an answer does not tell the two apart. Nothing reads it.
CREATE TABLE decoys (
    site      TEXT NOT NULL REFERENCES sites (slug) ON DELETE CASCADE,
    moderator TEXT NOT NULL REFERENCES moderators (id) ON DELETE CASCADE,
    since     BIGINT NOT NULL,
    PRIMARY KEY (site, moderator)
);
