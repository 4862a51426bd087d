-- Comments that are near copies of others, and the campaign that they have in common: on other pages, on other sites. A
-- comment that is like no other has no row.
CREATE TABLE copies (
    site       TEXT NOT NULL REFERENCES sites (slug) ON DELETE CASCADE,
    comment_id TEXT NOT NULL,
    campaign   TEXT NOT NULL,
    PRIMARY KEY (site, comment_id),
    FOREIGN KEY (site, comment_id) REFERENCES comments (site, id) ON DELETE CASCADE
);
-- Ids grow with time, so what joins a campaign is added at the end of its rows.
CREATE INDEX copies_by_campaign ON copies (campaign, comment_id, site);

-- What became of everything in an imported file, as JSON; none for imports that older versions made or that did not end.
ALTER TABLE import_runs ADD COLUMN report TEXT;
