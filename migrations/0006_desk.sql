-- The queue's index carries the score, so that a queue is sorted by it without reading its comments.
DROP INDEX comments_by_status;
CREATE INDEX comments_by_status ON comments (site, status, id, score);

-- What was decided about others from one network, and about those with a web site. Nothing is
-- written here as a comment arrives.
CREATE INDEX comments_decided_by_network ON comments (site, network_key, decided_at)
    WHERE decided_at IS NOT NULL AND network_key IS NOT NULL;
CREATE INDEX comments_decided_with_website ON comments (site, decided_at)
    WHERE decided_at IS NOT NULL AND website IS NOT NULL;
