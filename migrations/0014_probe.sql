-- The row that is written, always with this value, to see whether the database can be written to.
INSERT INTO meta (name, value) VALUES ('probe', '') ON CONFLICT (name) DO NOTHING;
