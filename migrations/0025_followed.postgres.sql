-- How instances notice whose learning has changed without a look at every site's: each change has the number of
-- its transaction. Whoever has seen all transactions below one reads on from that one, and misses none that ended
-- later than those after it.
CREATE TABLE learning_clock (
    -- SQLite's: there the changes are counted.
    changed BIGINT NOT NULL,
    -- How often a site's learning was deleted: there is no row left then that could say so.
    removed BIGINT NOT NULL
);
INSERT INTO learning_clock (changed, removed) VALUES (0, 0);
ALTER TABLE learning ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX learning_by_change ON learning (changed);
CREATE FUNCTION number_learning() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed := CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT);
    RETURN NEW;
END $$;
CREATE FUNCTION count_removed_learning() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE learning_clock SET removed = removed + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER learning_numbered BEFORE INSERT OR UPDATE ON learning
    FOR EACH ROW EXECUTE FUNCTION number_learning();
CREATE TRIGGER learning_deleted AFTER DELETE ON learning
    FOR EACH ROW EXECUTE FUNCTION count_removed_learning();

-- What a site's lessons add up to, so that a site with many is soon known again. A cache: it may be deleted at any
-- time, and is as soon as a text in it has to be forgotten.
CREATE TABLE learnt_sums (
    site     TEXT PRIMARY KEY REFERENCES sites (slug) ON DELETE CASCADE,
    -- The lessons in it: those up to this revision, as they counted with this epoch and model.
    revision BIGINT NOT NULL,
    epoch    BIGINT NOT NULL,
    live     TEXT,
    -- How texts were read when it was made.
    features BIGINT NOT NULL,
    sums     BYTEA NOT NULL,
    -- Of the sums, so that damaged ones are not believed.
    digest   BIGINT NOT NULL
);
