-- The models themselves, apart from what is told about them.
CREATE TABLE model_files (
    site      TEXT NOT NULL,
    model     TEXT NOT NULL,
    bytes     BYTEA NOT NULL,
    -- What of it has to be forgotten, because its author asked; as lessons.
    forgotten BYTEA,
    PRIMARY KEY (site, model)
);
