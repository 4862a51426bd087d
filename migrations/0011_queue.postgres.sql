-- The queue in the two orders that follow the score, as `Sort` in src/storage/comments.rs writes them. SQLite
-- goes without: there these would cost a fifth of what can be taken in, and sorting 100,000 takes 20 ms.
CREATE INDEX comments_by_uncertainty ON comments (site, status, (COALESCE(ABS(score - 0.5), -1.0)), id);
CREATE INDEX comments_by_score ON comments (site, status, (COALESCE(score, 2.0)), id);

-- How many comments stand where: the sum over a site's rows. The database keeps it, so that nothing that
-- writes comments can forget to. Each change adds rows instead of changing one: writers that share a row
-- would wait for each other. The service folds them together now and then.
CREATE TABLE comment_counts (
    site   TEXT NOT NULL,
    status TEXT NOT NULL,
    count  BIGINT NOT NULL
);
CREATE INDEX comment_counts_by_site ON comment_counts (site, status);
INSERT INTO comment_counts SELECT site, status, COUNT(*) FROM comments GROUP BY site, status;

CREATE FUNCTION count_added_comments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO comment_counts SELECT site, status, COUNT(*) FROM added GROUP BY site, status;
    RETURN NULL;
END $$;
CREATE FUNCTION count_moved_comments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO comment_counts
        SELECT site, status, SUM(change) FROM (
            SELECT site, status, 1 AS change FROM added UNION ALL SELECT site, status, -1 FROM removed
        ) AS changes
        GROUP BY site, status HAVING SUM(change) <> 0;
    RETURN NULL;
END $$;
CREATE FUNCTION count_removed_comments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO comment_counts SELECT site, status, -COUNT(*) FROM removed GROUP BY site, status;
    RETURN NULL;
END $$;

CREATE TRIGGER comments_count_added AFTER INSERT ON comments
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_added_comments();
CREATE TRIGGER comments_count_moved AFTER UPDATE ON comments
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_moved_comments();
CREATE TRIGGER comments_count_removed AFTER DELETE ON comments
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_removed_comments();
