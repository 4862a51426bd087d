-- Why a person decided as they did, where they said so.
ALTER TABLE history ADD COLUMN reason TEXT
    CHECK (reason IN ('abuse', 'off_topic', 'low_quality', 'private_information', 'impersonation', 'illegal'));
