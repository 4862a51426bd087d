CREATE TRIGGER abuse_learning_added AFTER INSERT ON abuse_learning BEGIN
    UPDATE learning_clock SET changed = changed + 1;
    UPDATE abuse_learning SET changed = (SELECT c.changed FROM learning_clock c) WHERE site = NEW.site;
END;
CREATE TRIGGER abuse_learning_moved AFTER UPDATE OF revision, epoch, live ON abuse_learning BEGIN
    UPDATE learning_clock SET changed = changed + 1;
    UPDATE abuse_learning SET changed = (SELECT c.changed FROM learning_clock c) WHERE site = NEW.site;
END;
CREATE TRIGGER abuse_learning_deleted AFTER DELETE ON abuse_learning BEGIN
    UPDATE learning_clock SET removed = removed + 1;
END;

CREATE TABLE abuse_learnt_sums (
    site     TEXT PRIMARY KEY REFERENCES sites (slug) ON DELETE CASCADE,
    revision BIGINT NOT NULL,
    epoch    BIGINT NOT NULL,
    live     TEXT,
    features BIGINT NOT NULL,
    sums     BLOB NOT NULL,
    digest   BIGINT NOT NULL
);
