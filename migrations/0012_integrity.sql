-- What the database itself vouches for from here on: a row belongs to something that is there, and its
-- words are ones that the service knows. This part, the same for both engines, makes that true of what is
-- here already; the constraints follow in the engine's own file.

-- A site that is being removed: nobody sees it any more, and its comments go in bites.
ALTER TABLE sites ADD COLUMN removed_at BIGINT;

-- No word that no version ever wrote (a damaged row, or an edit by hand) keeps the service from starting.
-- Such a word becomes the one that does least: held, the lesser role, no mail, no label. Where no word is
-- safe, the row goes: it could be read by nothing.
UPDATE comments SET status = 'pending'
    WHERE status NOT IN ('pending', 'approved', 'spam', 'rejected', 'trash');
UPDATE comments SET verdict = 'hold' WHERE verdict NOT IN ('publish', 'hold', 'spam');
DELETE FROM history WHERE action NOT IN ('received', 'decided', 'undone', 'email_revealed', 'noted');
UPDATE history SET decision = NULL WHERE decision NOT IN ('approve', 'spam', 'reject', 'trash', 'hold');
UPDATE history SET from_status = NULL
    WHERE from_status NOT IN ('pending', 'approved', 'spam', 'rejected', 'trash');
UPDATE history SET to_status = NULL
    WHERE to_status NOT IN ('pending', 'approved', 'spam', 'rejected', 'trash');
DELETE FROM block_rules WHERE kind NOT IN ('word', 'email', 'network', 'domain');
DELETE FROM block_rules WHERE action NOT IN ('hold', 'spam');
UPDATE moderators SET role = 'moderator' WHERE role NOT IN ('moderator', 'operator');
UPDATE tokens SET role = 'moderator' WHERE role NOT IN ('moderator', 'operator');
UPDATE mail_preferences SET mode = 'none' WHERE mode NOT IN ('each', 'hourly', 'daily', 'none');
DELETE FROM outbox WHERE kind NOT IN ('queue', 'confirm', 'reply');
UPDATE outbox SET status = 'dead' WHERE status NOT IN ('queued', 'sent', 'cancelled', 'dead');
UPDATE subscriptions SET status = 'unsubscribed' WHERE status NOT IN ('asked', 'confirmed', 'unsubscribed');
DELETE FROM judgements WHERE said NOT IN ('ham', 'spam');
UPDATE judgements SET reported = NULL WHERE reported NOT IN ('ham', 'spam');
UPDATE judgements SET told = NULL WHERE told NOT IN ('ham', 'spam');
UPDATE samples SET label = NULL WHERE label NOT IN ('ham', 'spam');
UPDATE samples SET provenance = 'samples'
    WHERE provenance NOT IN ('decision', 'import', 'feedback', 'samples');
UPDATE lessons SET unlearn = NULL WHERE unlearn NOT IN ('ham', 'spam');
UPDATE lessons SET learn = NULL WHERE learn NOT IN ('ham', 'spam');
UPDATE models SET state = 'failed'
    WHERE state NOT IN ('queued', 'training', 'trained', 'failed');
UPDATE models SET phase = 'done' WHERE phase NOT IN ('waiting', 'reading', 'fitting', 'measuring', 'done');
DELETE FROM uploads WHERE state NOT IN ('arriving', 'complete');
UPDATE uploads SET provenance = 'samples'
    WHERE provenance NOT IN ('decision', 'import', 'feedback', 'samples');
DELETE FROM upload_rows WHERE label NOT IN ('ham', 'spam');
UPDATE deliveries SET status = 'dead' WHERE status NOT IN ('queued', 'delivered', 'settled', 'dead');

-- Left behind by sites, accounts, comments and uploads that were removed before: nothing can reach it, and
-- it would belong to whoever takes the name next.
DELETE FROM comments WHERE site NOT IN (SELECT slug FROM sites);
DELETE FROM idempotency WHERE site NOT IN (SELECT slug FROM sites);
DELETE FROM counters WHERE site NOT IN (SELECT slug FROM sites) AND site <> '';
DELETE FROM block_rules WHERE site NOT IN (SELECT slug FROM sites);
DELETE FROM mail_preferences WHERE site NOT IN (SELECT slug FROM sites) AND site <> '';
DELETE FROM notices WHERE site NOT IN (SELECT slug FROM sites);
DELETE FROM outbox WHERE site NOT IN (SELECT slug FROM sites) AND site <> '';
DELETE FROM subscriptions WHERE site NOT IN (SELECT slug FROM sites);
DELETE FROM client_keys WHERE site NOT IN (SELECT slug FROM sites);
DELETE FROM judgements WHERE site NOT IN (SELECT slug FROM sites);
DELETE FROM client_usage WHERE site NOT IN (SELECT slug FROM sites);
DELETE FROM samples WHERE site NOT IN (SELECT slug FROM sites);
DELETE FROM lessons WHERE site NOT IN (SELECT slug FROM sites);
DELETE FROM learning WHERE site NOT IN (SELECT slug FROM sites);
DELETE FROM models WHERE site NOT IN (SELECT slug FROM sites);
DELETE FROM model_files WHERE site NOT IN (SELECT slug FROM sites);
DELETE FROM upload_rows WHERE site NOT IN (SELECT slug FROM sites);
DELETE FROM webhooks WHERE site NOT IN (SELECT slug FROM sites);
DELETE FROM deliveries WHERE site NOT IN (SELECT slug FROM sites);
DELETE FROM comment_counts WHERE site NOT IN (SELECT slug FROM sites);
DELETE FROM history WHERE NOT EXISTS (
    SELECT 1 FROM comments c WHERE c.site = history.site AND c.id = history.comment_id);
DELETE FROM imported WHERE NOT EXISTS (
    SELECT 1 FROM comments c WHERE c.site = imported.site AND c.id = imported.comment_id);
DELETE FROM outbox WHERE comment_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM comments c WHERE c.site = outbox.site AND c.id = outbox.comment_id);
DELETE FROM sign_in_links WHERE moderator NOT IN (SELECT id FROM moderators);
DELETE FROM mail_preferences WHERE moderator NOT IN (SELECT id FROM moderators);
DELETE FROM notices WHERE moderator NOT IN (SELECT id FROM moderators);
DELETE FROM outbox WHERE moderator NOT IN (SELECT id FROM moderators);
DELETE FROM upload_rows WHERE upload NOT IN (SELECT id FROM uploads);
DELETE FROM model_files WHERE NOT EXISTS (
    SELECT 1 FROM models m WHERE m.site = model_files.site AND m.id = model_files.model);
