-- Search's index has the scores of comments too, for the queue's orders by score (src/storage/search/ordering.rs): it is
-- made anew, the newest comments first.
UPDATE search_blocks SET state = 'gone';
DELETE FROM search_backfill;
INSERT INTO search_backfill
    SELECT site, below || '0' FROM (
        SELECT slug AS site, (SELECT MAX(c.id) FROM comments c WHERE c.site = s.slug) AS below FROM sites s) AS newest
    WHERE below IS NOT NULL;

-- Who fills the index holds this row instead of the one of before: a program of the version before, which may still run beside
-- this one, would make blocks without scores. It finds no row there, and leaves the index to this version.
CREATE TABLE search_filling (
    one      BIGINT PRIMARY KEY CHECK (one = 1),
    revision BIGINT NOT NULL
);
INSERT INTO search_filling VALUES (1, 0);
DELETE FROM search_filler;

