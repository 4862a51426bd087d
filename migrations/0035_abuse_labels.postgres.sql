CREATE TRIGGER abuse_learning_numbered BEFORE INSERT OR UPDATE ON abuse_learning
    FOR EACH ROW EXECUTE FUNCTION number_learning();
CREATE TRIGGER abuse_learning_deleted AFTER DELETE ON abuse_learning
    FOR EACH ROW EXECUTE FUNCTION count_removed_learning();

CREATE TABLE abuse_learnt_sums (
    site     TEXT PRIMARY KEY REFERENCES sites (slug) ON DELETE CASCADE,
    revision BIGINT NOT NULL,
    epoch    BIGINT NOT NULL,
    live     TEXT,
    features BIGINT NOT NULL,
    sums     BYTEA NOT NULL,
    digest   BIGINT NOT NULL
);
