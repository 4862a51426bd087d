-- Search's index (src/storage/search). A block has what some thousands of comments are found by: their terms in
-- rows, each with the places of the comments that have it; who is at which place; their sites and statuses.
CREATE TABLE search_blocks (
    block     BIGINT PRIMARY KEY,
    -- 'live' is searched; the rows of the others are on their way in or out.
    state     TEXT NOT NULL CHECK (state IN ('live', 'building', 'gone')),
    documents BIGINT NOT NULL,
    first_id  TEXT NOT NULL,
    last_id   TEXT NOT NULL,
    header    BLOB NOT NULL
);
CREATE TABLE search_terms (
    block BIGINT NOT NULL,
    first TEXT NOT NULL,
    terms BLOB NOT NULL,
    PRIMARY KEY (block, first)
);
CREATE TABLE search_documents (
    block BIGINT NOT NULL,
    start BIGINT NOT NULL,
    first TEXT NOT NULL,
    ids   BLOB NOT NULL,
    PRIMARY KEY (block, start)
);
CREATE INDEX search_documents_by_id ON search_documents (block, first);

-- What the index does not know yet: a comment that came, changed or went. The database notes it, so that nothing
-- that writes comments can forget to. One that went leaves no site, so that nothing holds on to a removed site.
CREATE TABLE search_waiting (
    number    INTEGER PRIMARY KEY,
    site      TEXT,
    id        TEXT NOT NULL,
    rewritten BIGINT NOT NULL DEFAULT 0
);
CREATE TRIGGER comments_search_added AFTER INSERT ON comments BEGIN
    INSERT INTO search_waiting (site, id) VALUES (NEW.site, NEW.id);
END;
CREATE TRIGGER comments_search_moved AFTER UPDATE OF status ON comments WHEN OLD.status <> NEW.status BEGIN
    INSERT INTO search_waiting (site, id) VALUES (NEW.site, NEW.id);
END;
CREATE TRIGGER comments_search_rewritten AFTER UPDATE OF text, name, website, page, page_title, email_index ON comments
WHEN OLD.text <> NEW.text OR OLD.name <> NEW.name OR OLD.website IS NOT NEW.website OR OLD.page <> NEW.page
    OR OLD.page_title IS NOT NEW.page_title OR OLD.email_index <> NEW.email_index BEGIN
    INSERT INTO search_waiting (site, id, rewritten) VALUES (NEW.site, NEW.id, 1);
END;
CREATE TRIGGER comments_search_removed AFTER DELETE ON comments BEGIN
    INSERT INTO search_waiting (site, id) VALUES (NULL, OLD.id);
END;

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
