-- How instances notice whose learning has changed without a look at every site's: each change has a number
-- that is larger than all before it. One connection writes, so numbers are given in the order in which changes
-- can be seen.
CREATE TABLE learning_clock (
    changed BIGINT NOT NULL,
    -- How often a site's learning was deleted: there is no row left then that could say so.
    removed BIGINT NOT NULL
);
INSERT INTO learning_clock (changed, removed) VALUES (0, 0);
ALTER TABLE learning ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX learning_by_change ON learning (changed);
CREATE TRIGGER learning_added AFTER INSERT ON learning BEGIN
    UPDATE learning_clock SET changed = changed + 1;
    UPDATE learning SET changed = (SELECT c.changed FROM learning_clock c) WHERE site = NEW.site;
END;
CREATE TRIGGER learning_moved AFTER UPDATE OF revision, epoch, live ON learning BEGIN
    UPDATE learning_clock SET changed = changed + 1;
    UPDATE learning SET changed = (SELECT c.changed FROM learning_clock c) WHERE site = NEW.site;
END;
CREATE TRIGGER learning_deleted AFTER DELETE ON learning BEGIN
    UPDATE learning_clock SET removed = removed + 1;
END;

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
    sums     BLOB NOT NULL,
    -- Of the sums, so that damaged ones are not believed.
    digest   BIGINT NOT NULL
);
