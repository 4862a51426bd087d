-- Programs that want to hear of what happens, and what is to be told to each. What is said is written
-- when it is sent: no text and no address is kept here.

CREATE TABLE webhooks (
    site       TEXT NOT NULL,
    id         TEXT NOT NULL,
    url        TEXT NOT NULL,
    events     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (site, id)
);

-- The id is the message's: the same at each try, and for each webhook that hears of one event.
CREATE TABLE deliveries (
    site        TEXT NOT NULL,
    webhook     TEXT NOT NULL,
    id          TEXT NOT NULL,
    event       TEXT NOT NULL,
    about       TEXT NOT NULL,
    status      TEXT NOT NULL,
    attempts    BIGINT NOT NULL DEFAULT 0,
    queued_at   BIGINT NOT NULL,
    -- When it is to be tried or, once finished, forgotten.
    due_at      BIGINT NOT NULL,
    last_error  TEXT,
    PRIMARY KEY (site, webhook, id)
);
CREATE INDEX deliveries_by_status ON deliveries (status, due_at);
