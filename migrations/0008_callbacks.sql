-- Programs that want to hear when a person here decides otherwise than they were told: where, with
-- which of their keys, and what they know by now. The key goes along, as Akismet's protocol asks, so
-- it is kept sealed once a program has named a callback; its hash finds it as before.
ALTER TABLE judgements ADD COLUMN callback TEXT;
ALTER TABLE judgements ADD COLUMN client_key TEXT;
-- NULL as long as it is what was said.
ALTER TABLE judgements ADD COLUMN told TEXT;
ALTER TABLE client_keys ADD COLUMN key_sealed TEXT;
