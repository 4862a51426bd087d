-- Imports by the run that made them, so that one can be taken back whole. What an earlier version imported
-- belongs to no run.
CREATE TABLE import_runs (
    site        TEXT NOT NULL REFERENCES sites (slug) ON DELETE CASCADE,
    id          TEXT NOT NULL,
    -- Whose ids the file's are: the system, and the blog where there are several.
    source      TEXT NOT NULL,
    format      TEXT NOT NULL,
    file        TEXT,
    started_at  BIGINT NOT NULL,
    -- NULL while it runs, and where it was interrupted.
    finished_at BIGINT,
    comments    BIGINT NOT NULL DEFAULT 0,
    undone_at   BIGINT,
    -- Comments that stayed when the run was taken back, because somebody had decided about them.
    kept        BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (site, id)
);

ALTER TABLE imported ADD COLUMN run TEXT;
CREATE INDEX imported_by_run ON imported (site, run, comment_id) WHERE run IS NOT NULL;
