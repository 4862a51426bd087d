-- The form of addresses in which a site's pages were last all spelled; 0 or less: look through them again. A job moves comments from
-- spellings that are other pages by now.
ALTER TABLE sites ADD COLUMN pages_form BIGINT NOT NULL DEFAULT 0;
