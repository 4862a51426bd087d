-- How abusive a text seemed when it came, in thousandths: whole numbers, which SQLite keeps in one byte or two. Its kind, where it
-- has one, is a word in `evidence`; what moved the score is worked out again for who looks.
ALTER TABLE comments ADD COLUMN abuse DOUBLE PRECISION CHECK (abuse >= 0 AND abuse <= 1000);

-- What is likely abusive, for the queue: one comment in some dozens, so that the others pay nothing. The bound is that of
-- `LIKELY` in src/domain/abuse.rs.
CREATE INDEX comments_abusive ON comments (site, status, abuse, id) WHERE abuse >= 500;

-- Who looked at what holding by it would have done, when, at which thresholds and on how many comments, as JSON. Without it no
-- policy holds.
ALTER TABLE sites ADD COLUMN abuse_trial TEXT;
