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

-- The lock makes whoever retires a key wait until everything that was sealed with it and is on its way is
-- committed, and makes everything that comes later see that it was retired.
CREATE FUNCTION refuse_retired_key() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ended BIGINT;
BEGIN
    IF TG_ARGV[0] = 'key_sealed' THEN
        SELECT retired_at INTO ended FROM sealing_keys WHERE id = split_part(NEW.key_sealed, '.', 1) FOR KEY SHARE;
    ELSE
        SELECT retired_at INTO ended FROM sealing_keys WHERE id = split_part(NEW.email_sealed, '.', 1) FOR KEY SHARE;
    END IF;
    IF ended IS NOT NULL THEN
        RAISE EXCEPTION 'a value is sealed with a retired key' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER comments_retired_key_added BEFORE INSERT ON comments
    FOR EACH ROW EXECUTE FUNCTION refuse_retired_key('email_sealed');
CREATE TRIGGER comments_retired_key_changed BEFORE UPDATE OF email_sealed ON comments
    FOR EACH ROW WHEN (NEW.email_sealed IS DISTINCT FROM OLD.email_sealed)
    EXECUTE FUNCTION refuse_retired_key('email_sealed');
CREATE TRIGGER moderators_retired_key_added BEFORE INSERT ON moderators
    FOR EACH ROW EXECUTE FUNCTION refuse_retired_key('email_sealed');
CREATE TRIGGER moderators_retired_key_changed BEFORE UPDATE OF email_sealed ON moderators
    FOR EACH ROW WHEN (NEW.email_sealed IS DISTINCT FROM OLD.email_sealed)
    EXECUTE FUNCTION refuse_retired_key('email_sealed');
CREATE TRIGGER client_keys_retired_key_added BEFORE INSERT ON client_keys
    FOR EACH ROW EXECUTE FUNCTION refuse_retired_key('key_sealed');
CREATE TRIGGER client_keys_retired_key_changed BEFORE UPDATE OF key_sealed ON client_keys
    FOR EACH ROW WHEN (NEW.key_sealed IS DISTINCT FROM OLD.key_sealed)
    EXECUTE FUNCTION refuse_retired_key('key_sealed');

-- Nothing ever read it: mail goes to the address of the comment. An address that nobody needs is not kept.
UPDATE subscriptions SET email_sealed = '' WHERE email_sealed <> '';
