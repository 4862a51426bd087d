-- What one request decided together, to be taken back as one: a row for each site that it reached, so
-- that whoever moderates one of them sees that site's part. The decisions themselves name their batch.
CREATE TABLE batches (
    site       TEXT NOT NULL REFERENCES sites (slug) ON DELETE CASCADE,
    id         TEXT NOT NULL,
    at         BIGINT NOT NULL,
    actor_id   TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    via        TEXT NOT NULL,
    decision   TEXT NOT NULL CHECK (decision IN ('approve', 'spam', 'reject', 'trash', 'hold')),
    comments   BIGINT NOT NULL,
    PRIMARY KEY (site, id)
);
CREATE INDEX batches_by_time ON batches (site, at);

ALTER TABLE history ADD COLUMN batch TEXT;
CREATE INDEX history_by_batch ON history (site, batch, comment_id) WHERE batch IS NOT NULL;
