-- A score that changes is noted for the index as a text is.
DROP TRIGGER comments_search_rewritten;
CREATE TRIGGER comments_search_rewritten
AFTER UPDATE OF text, name, website, page, page_title, email_index, score ON comments
WHEN OLD.text <> NEW.text OR OLD.name <> NEW.name OR OLD.website IS NOT NEW.website OR OLD.page <> NEW.page
    OR OLD.page_title IS NOT NEW.page_title OR OLD.email_index <> NEW.email_index OR OLD.score IS NOT NEW.score BEGIN
    INSERT INTO search_waiting (site, id, rewritten) VALUES (NEW.site, NEW.id, 1);
END;
