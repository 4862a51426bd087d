-- Where each waiting mail or delivery goes, so that no destination delays another: for a mail a keyed
-- hash of the recipient's mail domain ('' until it was looked up), for a delivery its webhook.
ALTER TABLE outbox ADD COLUMN destination TEXT NOT NULL DEFAULT '';
-- The mail that tells of this reply too.
ALTER TABLE outbox ADD COLUMN gathered_into TEXT;
CREATE INDEX outbox_by_destination ON outbox (destination, due_at) WHERE status = 'queued';
CREATE INDEX outbox_by_gathering ON outbox (gathered_into) WHERE gathered_into IS NOT NULL;

ALTER TABLE deliveries ADD COLUMN destination TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN finished_at BIGINT;
UPDATE deliveries SET destination = CASE WHEN webhook = 'callback' THEN 'callback ' || site ELSE webhook END;
CREATE INDEX deliveries_by_destination ON deliveries (destination, due_at) WHERE status = 'queued';

-- When the commenter was last mailed about replies.
ALTER TABLE subscriptions ADD COLUMN mailed_at BIGINT;
