-- The keys that seal, by name, as far as this database knows them; the keys themselves are in the key file.
-- A key that was retired seals nothing any more: the triggers below refuse it, whoever comes late.
CREATE TABLE sealing_keys (
    id         TEXT PRIMARY KEY,
    made_at    BIGINT NOT NULL,
    retired_at BIGINT
);

-- Which key each running instance seals with, and when it was last heard of.
CREATE TABLE instances (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    sealing_key TEXT NOT NULL,
    adopted_at  BIGINT NOT NULL,
    seen_at     BIGINT NOT NULL
);

CREATE TRIGGER comments_retired_key_added BEFORE INSERT ON comments
WHEN EXISTS (SELECT 1 FROM sealing_keys WHERE retired_at IS NOT NULL
             AND id = substr(NEW.email_sealed, 1, instr(NEW.email_sealed, '.') - 1))
BEGIN SELECT RAISE(ABORT, 'a value is sealed with a retired key'); END;
CREATE TRIGGER comments_retired_key_changed BEFORE UPDATE OF email_sealed ON comments
WHEN NEW.email_sealed IS NOT OLD.email_sealed
     AND EXISTS (SELECT 1 FROM sealing_keys WHERE retired_at IS NOT NULL
                 AND id = substr(NEW.email_sealed, 1, instr(NEW.email_sealed, '.') - 1))
BEGIN SELECT RAISE(ABORT, 'a value is sealed with a retired key'); END;

CREATE TRIGGER moderators_retired_key_added BEFORE INSERT ON moderators
WHEN EXISTS (SELECT 1 FROM sealing_keys WHERE retired_at IS NOT NULL
             AND id = substr(NEW.email_sealed, 1, instr(NEW.email_sealed, '.') - 1))
BEGIN SELECT RAISE(ABORT, 'a value is sealed with a retired key'); END;
CREATE TRIGGER moderators_retired_key_changed BEFORE UPDATE OF email_sealed ON moderators
WHEN NEW.email_sealed IS NOT OLD.email_sealed
     AND EXISTS (SELECT 1 FROM sealing_keys WHERE retired_at IS NOT NULL
                 AND id = substr(NEW.email_sealed, 1, instr(NEW.email_sealed, '.') - 1))
BEGIN SELECT RAISE(ABORT, 'a value is sealed with a retired key'); END;

CREATE TRIGGER client_keys_retired_key_added BEFORE INSERT ON client_keys
WHEN EXISTS (SELECT 1 FROM sealing_keys WHERE retired_at IS NOT NULL
             AND id = substr(NEW.key_sealed, 1, instr(NEW.key_sealed, '.') - 1))
BEGIN SELECT RAISE(ABORT, 'a value is sealed with a retired key'); END;
CREATE TRIGGER client_keys_retired_key_changed BEFORE UPDATE OF key_sealed ON client_keys
WHEN NEW.key_sealed IS NOT OLD.key_sealed
     AND EXISTS (SELECT 1 FROM sealing_keys WHERE retired_at IS NOT NULL
                 AND id = substr(NEW.key_sealed, 1, instr(NEW.key_sealed, '.') - 1))
BEGIN SELECT RAISE(ABORT, 'a value is sealed with a retired key'); END;

-- Nothing ever read it: mail goes to the address of the comment. An address that nobody needs is not kept.
UPDATE subscriptions SET email_sealed = '' WHERE email_sealed <> '';
