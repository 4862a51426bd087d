-- Whether a new comment is sealed with a retired key is asked once a statement, no longer once a row, and in the
-- same function that counts: of what PostgreSQL did for a comment it was a third.
DROP TRIGGER comments_retired_key_added ON comments;
CREATE OR REPLACE FUNCTION count_added_comments() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ended BIGINT;
BEGIN
    -- The lock makes whoever retires a key wait until everything that was sealed with it and is on its way is
    -- committed, and makes everything that comes later see that it was retired.
    FOR ended IN
        SELECT k.retired_at FROM sealing_keys k
        WHERE k.id IN (SELECT split_part(email_sealed, '.', 1) FROM added) ORDER BY k.id FOR KEY SHARE
    LOOP
        IF ended IS NOT NULL THEN
            RAISE EXCEPTION 'a value is sealed with a retired key' USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    INSERT INTO comment_counts SELECT site, status, COUNT(*) FROM added GROUP BY site, status;
    RETURN NULL;
END $$;

-- By whom and by what text a comment is found again, whatever the site: each batch of arrivals asks, with a plan that
-- may have been made while the table was empty, and all indexes that begin with the site look alike then.
DROP INDEX comments_by_email;
CREATE INDEX comments_by_email ON comments (email_index, created_at);
DROP INDEX comments_by_text;
CREATE INDEX comments_by_text ON comments (fingerprint, created_at) WHERE fingerprint IS NOT NULL;
DROP INDEX judgements_by_text;
CREATE INDEX judgements_by_text ON judgements (fingerprint, created_at) WHERE fingerprint IS NOT NULL;
