-- Search's index (src/storage/search). A block has what some thousands of comments are found by: their terms in
-- rows, each with the places of the comments that have it; who is at which place; their sites and statuses.
CREATE TABLE search_blocks (
    block     BIGINT PRIMARY KEY,
    -- 'live' is searched; the rows of the others are on their way in or out.
    state     TEXT NOT NULL CHECK (state IN ('live', 'building', 'gone')),
    documents BIGINT NOT NULL,
    first_id  TEXT COLLATE "C" NOT NULL,
    last_id   TEXT COLLATE "C" NOT NULL,
    header    BYTEA NOT NULL
);
-- A row of terms is as long as a page of SQLite: kept beside its key and as it is, it is read at once.
CREATE TABLE search_terms (
    block BIGINT NOT NULL,
    first TEXT COLLATE "C" NOT NULL,
    terms BYTEA NOT NULL,
    PRIMARY KEY (block, first)
) WITH (toast_tuple_target = 8160);
ALTER TABLE search_terms ALTER COLUMN terms SET STORAGE EXTERNAL;
CREATE TABLE search_documents (
    block BIGINT NOT NULL,
    start BIGINT NOT NULL,
    first TEXT COLLATE "C" NOT NULL,
    ids   BYTEA NOT NULL,
    PRIMARY KEY (block, start)
) WITH (toast_tuple_target = 8160);
ALTER TABLE search_documents ALTER COLUMN ids SET STORAGE EXTERNAL;
CREATE INDEX search_documents_by_id ON search_documents (block, first);

-- What the index does not know yet: a comment that came, changed or went. The database notes it, so that nothing
-- that writes comments can forget to. One that went leaves no site, so that nothing holds on to a removed site.
CREATE TABLE search_waiting (
    number    BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site      TEXT,
    id        TEXT NOT NULL,
    rewritten BIGINT NOT NULL DEFAULT 0
);
CREATE FUNCTION note_added_for_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_waiting (site, id) SELECT site, id FROM added;
    RETURN NULL;
END $$;
CREATE FUNCTION note_changed_for_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_waiting (site, id, rewritten) VALUES (NEW.site, NEW.id,
        CASE WHEN (OLD.text, OLD.name, OLD.website, OLD.page, OLD.page_title, OLD.email_index)
            IS DISTINCT FROM (NEW.text, NEW.name, NEW.website, NEW.page, NEW.page_title, NEW.email_index)
        THEN 1 ELSE 0 END);
    RETURN NULL;
END $$;
CREATE FUNCTION note_removed_for_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_waiting (site, id) SELECT NULL, id FROM removed;
    RETURN NULL;
END $$;
CREATE TRIGGER comments_search_added AFTER INSERT ON comments
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_added_for_search();
CREATE TRIGGER comments_search_changed
    AFTER UPDATE OF status, text, name, website, page, page_title, email_index ON comments FOR EACH ROW
    WHEN ((OLD.status, OLD.text, OLD.name, OLD.website, OLD.page, OLD.page_title, OLD.email_index)
        IS DISTINCT FROM (NEW.status, NEW.text, NEW.name, NEW.website, NEW.page, NEW.page_title, NEW.email_index))
    EXECUTE FUNCTION note_changed_for_search();
CREATE TRIGGER comments_search_removed AFTER DELETE ON comments
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION note_removed_for_search();

-- What was here before: each site's comments below an id are still to be taken in, the newest first.
CREATE TABLE search_backfill (
    site  TEXT PRIMARY KEY REFERENCES sites (slug) ON DELETE CASCADE,
    below TEXT NOT NULL
);
INSERT INTO search_backfill
    SELECT site, below || '0' FROM (
        SELECT slug AS site, (SELECT MAX(c.id) FROM comments c WHERE c.site = s.slug) AS below FROM sites s) AS newest
    WHERE below IS NOT NULL;

-- Whoever fills the index: on PostgreSQL whoever locks the row, on SQLite whoever finds the revision that was read
-- before.
CREATE TABLE search_filler (
    one      BIGINT PRIMARY KEY CHECK (one = 1),
    revision BIGINT NOT NULL
);
INSERT INTO search_filler VALUES (1, 0);
