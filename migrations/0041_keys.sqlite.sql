-- Two indexes whose keys fall anywhere were nearly three quarters of what a post wrote. What came lately, with which text and
-- by whom, is kept in memory (src/storage/lately/); what a person wrote is found by search's index
-- (src/storage/search/authors.rs).
DROP INDEX comments_by_text;
DROP INDEX comments_by_email;

-- Comments that go on with an author's chain; the first of a chain has its id. Most begin one, and write nothing here.
CREATE INDEX comments_in_chains ON comments (site, author_chain) WHERE author_chain <> id;
