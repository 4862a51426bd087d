-- When a webhook last took a delivery: its row is forgotten after a day.
ALTER TABLE webhooks ADD COLUMN delivered_at BIGINT;
