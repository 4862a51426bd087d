-- A score that changes is noted for the index as a text is.
CREATE OR REPLACE FUNCTION note_changed_for_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_waiting (site, id, rewritten) VALUES (NEW.site, NEW.id,
        CASE WHEN (OLD.text, OLD.name, OLD.website, OLD.page, OLD.page_title, OLD.email_index, OLD.score)
            IS DISTINCT FROM (NEW.text, NEW.name, NEW.website, NEW.page, NEW.page_title, NEW.email_index, NEW.score)
        THEN 1 ELSE 0 END);
    RETURN NULL;
END $$;
DROP TRIGGER comments_search_changed ON comments;
CREATE TRIGGER comments_search_changed
    AFTER UPDATE OF status, text, name, website, page, page_title, email_index, score ON comments FOR EACH ROW
    WHEN ((OLD.status, OLD.text, OLD.name, OLD.website, OLD.page, OLD.page_title, OLD.email_index, OLD.score)
        IS DISTINCT FROM (NEW.status, NEW.text, NEW.name, NEW.website, NEW.page, NEW.page_title, NEW.email_index, NEW.score))
    EXECUTE FUNCTION note_changed_for_search();

-- What served those orders until now: each cost a page of its own for each comment that came in.
DROP INDEX comments_by_uncertainty;
DROP INDEX comments_by_score;
