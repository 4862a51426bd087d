-- The queue in the two orders that follow the score, as `Sort` in src/storage/comments.rs writes them.
CREATE INDEX comments_by_uncertainty ON comments (site, status, (COALESCE(ABS(score - 0.5), -1.0)), id);
CREATE INDEX comments_by_score ON comments (site, status, (COALESCE(score, 2.0)), id);
