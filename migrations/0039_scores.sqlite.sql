-- Search's index has the scores of comments too, for the queue's orders by score (src/storage/search/ordering.rs): it is
-- made anew, the newest comments first.
UPDATE search_blocks SET state = 'gone';
DELETE FROM search_backfill;
INSERT INTO search_backfill
    SELECT site, below || '0' FROM (
        SELECT slug AS site, (SELECT MAX(c.id) FROM comments c WHERE c.site = s.slug) AS below FROM sites s) AS newest
    WHERE below IS NOT NULL;

DROP TRIGGER comments_search_rewritten;
CREATE TRIGGER comments_search_rewritten
AFTER UPDATE OF text, name, website, page, page_title, email_index, score ON comments
WHEN OLD.text <> NEW.text OR OLD.name <> NEW.name OR OLD.website IS NOT NEW.website OR OLD.page <> NEW.page
    OR OLD.page_title IS NOT NEW.page_title OR OLD.email_index <> NEW.email_index OR OLD.score IS NOT NEW.score BEGIN
    INSERT INTO search_waiting (site, id, rewritten) VALUES (NEW.site, NEW.id, 1);
END;
