-- The models themselves, apart from what is told about them.
CREATE TABLE model_files (
    site      TEXT NOT NULL,
    model     TEXT NOT NULL,
    bytes     BLOB NOT NULL,
    -- What of it has to be forgotten, because its author asked; as lessons.
    forgotten BLOB,
    PRIMARY KEY (site, model)
);
