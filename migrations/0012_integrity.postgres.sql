-- What is removed with a comment is found by it.
CREATE INDEX imported_by_comment ON imported (site, comment_id);
CREATE INDEX outbox_by_comment ON outbox (site, comment_id) WHERE comment_id IS NOT NULL;

ALTER TABLE comments
    ADD CONSTRAINT comments_site_there FOREIGN KEY (site) REFERENCES sites (slug) ON DELETE CASCADE,
    ADD CONSTRAINT comments_status_known CHECK (status IN ('pending', 'approved', 'spam', 'rejected', 'trash')),
    ADD CONSTRAINT comments_verdict_known CHECK (verdict IN ('publish', 'hold', 'spam'));
ALTER TABLE moderators
    ADD CONSTRAINT moderators_role_known CHECK (role IN ('moderator', 'operator'));
ALTER TABLE tokens
    ADD CONSTRAINT tokens_role_known CHECK (role IN ('moderator', 'operator'));
ALTER TABLE uploads
    ADD CONSTRAINT uploads_state_known CHECK (state IN ('arriving', 'complete')),
    ADD CONSTRAINT uploads_provenance_known CHECK (provenance IN ('decision', 'import', 'feedback', 'samples'));
ALTER TABLE models
    ADD CONSTRAINT models_site_there FOREIGN KEY (site) REFERENCES sites (slug) ON DELETE CASCADE,
    ADD CONSTRAINT models_state_known CHECK (state IN ('queued', 'training', 'trained', 'failed')),
    ADD CONSTRAINT models_phase_known CHECK (phase IN ('waiting', 'reading', 'fitting', 'measuring', 'done'));
ALTER TABLE history
    ADD CONSTRAINT history_there FOREIGN KEY (site, comment_id) REFERENCES comments (site, id) ON DELETE CASCADE,
    ADD CONSTRAINT history_action_known CHECK (action IN ('received', 'decided', 'undone', 'email_revealed', 'noted')),
    ADD CONSTRAINT history_decision_known CHECK (decision IN ('approve', 'spam', 'reject', 'trash', 'hold')),
    ADD CONSTRAINT history_from_status_known CHECK (from_status IN ('pending', 'approved', 'spam', 'rejected', 'trash')),
    ADD CONSTRAINT history_to_status_known CHECK (to_status IN ('pending', 'approved', 'spam', 'rejected', 'trash'));
ALTER TABLE idempotency
    ADD CONSTRAINT idempotency_site_there FOREIGN KEY (site) REFERENCES sites (slug) ON DELETE CASCADE;
ALTER TABLE block_rules
    ADD CONSTRAINT block_rules_site_there FOREIGN KEY (site) REFERENCES sites (slug) ON DELETE CASCADE,
    ADD CONSTRAINT block_rules_kind_known CHECK (kind IN ('word', 'email', 'network', 'domain')),
    ADD CONSTRAINT block_rules_action_known CHECK (action IN ('hold', 'spam'));
ALTER TABLE sign_in_links
    ADD CONSTRAINT sign_in_links_moderator_there FOREIGN KEY (moderator) REFERENCES moderators (id) ON DELETE CASCADE;
ALTER TABLE mail_preferences
    ADD CONSTRAINT mail_preferences_moderator_there FOREIGN KEY (moderator) REFERENCES moderators (id) ON DELETE CASCADE,
    ADD CONSTRAINT mail_preferences_mode_known CHECK (mode IN ('each', 'hourly', 'daily', 'none'));
ALTER TABLE notices
    ADD CONSTRAINT notices_site_there FOREIGN KEY (site) REFERENCES sites (slug) ON DELETE CASCADE,
    ADD CONSTRAINT notices_moderator_there FOREIGN KEY (moderator) REFERENCES moderators (id) ON DELETE CASCADE;
ALTER TABLE outbox
    ADD CONSTRAINT outbox_moderator_there FOREIGN KEY (moderator) REFERENCES moderators (id) ON DELETE CASCADE,
    ADD CONSTRAINT outbox_there FOREIGN KEY (site, comment_id) REFERENCES comments (site, id) ON DELETE CASCADE,
    ADD CONSTRAINT outbox_kind_known CHECK (kind IN ('queue', 'confirm', 'reply')),
    ADD CONSTRAINT outbox_status_known CHECK (status IN ('queued', 'sent', 'cancelled', 'dead'));
ALTER TABLE subscriptions
    ADD CONSTRAINT subscriptions_site_there FOREIGN KEY (site) REFERENCES sites (slug) ON DELETE CASCADE,
    ADD CONSTRAINT subscriptions_status_known CHECK (status IN ('asked', 'confirmed', 'unsubscribed'));
ALTER TABLE client_keys
    ADD CONSTRAINT client_keys_site_there FOREIGN KEY (site) REFERENCES sites (slug) ON DELETE CASCADE;
ALTER TABLE judgements
    ADD CONSTRAINT judgements_site_there FOREIGN KEY (site) REFERENCES sites (slug) ON DELETE CASCADE,
    ADD CONSTRAINT judgements_said_known CHECK (said IN ('ham', 'spam')),
    ADD CONSTRAINT judgements_reported_known CHECK (reported IN ('ham', 'spam')),
    ADD CONSTRAINT judgements_told_known CHECK (told IN ('ham', 'spam'));
ALTER TABLE client_usage
    ADD CONSTRAINT client_usage_site_there FOREIGN KEY (site) REFERENCES sites (slug) ON DELETE CASCADE;
ALTER TABLE samples
    ADD CONSTRAINT samples_site_there FOREIGN KEY (site) REFERENCES sites (slug) ON DELETE CASCADE,
    ADD CONSTRAINT samples_label_known CHECK (label IN ('ham', 'spam')),
    ADD CONSTRAINT samples_provenance_known CHECK (provenance IN ('decision', 'import', 'feedback', 'samples'));
ALTER TABLE lessons
    ADD CONSTRAINT lessons_site_there FOREIGN KEY (site) REFERENCES sites (slug) ON DELETE CASCADE,
    ADD CONSTRAINT lessons_unlearn_known CHECK (unlearn IN ('ham', 'spam')),
    ADD CONSTRAINT lessons_learn_known CHECK (learn IN ('ham', 'spam'));
ALTER TABLE learning
    ADD CONSTRAINT learning_site_there FOREIGN KEY (site) REFERENCES sites (slug) ON DELETE CASCADE;
ALTER TABLE upload_rows
    ADD CONSTRAINT upload_rows_upload_there FOREIGN KEY (upload) REFERENCES uploads (id) ON DELETE CASCADE,
    ADD CONSTRAINT upload_rows_site_there FOREIGN KEY (site) REFERENCES sites (slug) ON DELETE CASCADE,
    ADD CONSTRAINT upload_rows_label_known CHECK (label IN ('ham', 'spam'));
ALTER TABLE model_files
    ADD CONSTRAINT model_files_there FOREIGN KEY (site, model) REFERENCES models (site, id) ON DELETE CASCADE;
-- 1: it was approved there, and waits here until it is known whether what it answers is public.
ALTER TABLE imported ADD COLUMN waits BIGINT NOT NULL DEFAULT 0;
CREATE INDEX imported_that_wait ON imported (site, system, foreign_id) WHERE waits = 1;
ALTER TABLE imported
    ADD CONSTRAINT imported_there FOREIGN KEY (site, comment_id) REFERENCES comments (site, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE webhooks
    ADD CONSTRAINT webhooks_site_there FOREIGN KEY (site) REFERENCES sites (slug) ON DELETE CASCADE;
ALTER TABLE deliveries
    ADD CONSTRAINT deliveries_site_there FOREIGN KEY (site) REFERENCES sites (slug) ON DELETE CASCADE,
    ADD CONSTRAINT deliveries_status_known CHECK (status IN ('queued', 'delivered', 'settled', 'dead'));
