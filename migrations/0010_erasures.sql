-- That a person's data was erased, who did it and how much it was. Nothing tells whose it was.
CREATE TABLE erasures (
    id            TEXT PRIMARY KEY,
    erased_at     BIGINT NOT NULL,
    actor_id      TEXT NOT NULL,
    actor_name    TEXT NOT NULL,
    via           TEXT NOT NULL,
    comments      BIGINT NOT NULL,
    samples       BIGINT NOT NULL,
    subscriptions BIGINT NOT NULL,
    mails         BIGINT NOT NULL
);
CREATE INDEX erasures_by_time ON erasures (erased_at, id);
