-- Rows in every table of schema 0011: of the site `shop`, and of things that are not there any more
-- (each with `orphan` in it), and with words that no version ever wrote.
INSERT INTO meta (name, value) VALUES ('key_check', 'x');
INSERT INTO sites (slug, name, origins, policy, created_at) VALUES ('shop', 'Shop', '[]', '{}', 1);
INSERT INTO comments (site, id, page, name, email_sealed, email_index, text, status, verdict, evidence, version, wants_replies, created_at)
    VALUES ('shop', 'c1', '/', 'Ann', 's', 'i', 'a text', 'approved', 'publish', '{}', 1, 0, 1),
           ('shop', 'c2', '/', 'Ben', 's', 'i', 'a text', 'sideways', 'maybe', '{}', 1, 0, 2),
           ('orphan', 'c3', '/', 'Cyd', 's', 'i', 'a text', 'pending', 'hold', '{}', 1, 0, 3);
INSERT INTO history (site, comment_id, id, at, action, decision, from_status) VALUES
    ('shop', 'c1', 'h1', 1, 'received', NULL, NULL), ('shop', 'c1', 'h2', 1, 'decided', 'bless', 'nowhere'),
    ('shop', 'c1', 'h3', 1, 'orphaned', NULL, NULL), ('shop', 'orphan', 'h4', 1, 'received', NULL, NULL);
INSERT INTO idempotency (site, request_key, request_hash, comment_id, expires_at)
    VALUES ('shop', 'k', 'h', 'c1', 9), ('orphan', 'k', 'h', 'c3', 9);
INSERT INTO counters (site, kind, counted, count, expires_at)
    VALUES ('shop', 'network', 'n', 1, 9), ('', 'sign_in', 'n', 1, 9), ('orphan', 'network', 'n', 1, 9);
INSERT INTO spent (token, expires_at) VALUES ('t', 9);
INSERT INTO block_rules (id, site, kind, pattern, action, created_at, created_by)
    VALUES ('b1', 'shop', 'word', 'w', 'spam', 1, 'a'), ('b2', NULL, 'word', 'w', 'hold', 1, 'a'),
           ('b3', 'orphan', 'word', 'w', 'spam', 1, 'a'), ('b4-orphan', 'shop', 'colour', 'w', 'spam', 1, 'a');
INSERT INTO moderators (id, name, role, scope, created_at)
    VALUES ('m1', 'Horatio', 'operator', '"all"', 1), ('m2', 'Osric', 'king', '{"sites":["shop"]}', 1);
INSERT INTO sign_in_links (hash, moderator, expires_at) VALUES ('l1', 'm1', 9), ('l2', 'orphan', 9);
INSERT INTO tokens (id, name, hash, role, scope, created_at) VALUES ('t1', 'n', 'h', 'jester', '{"sites":["shop"]}', 1);
INSERT INTO mail_preferences (moderator, site, mode)
    VALUES ('m1', '', 'each'), ('m1', 'shop', 'often'), ('m1', 'orphan', 'each'), ('orphan', '', 'each');
INSERT INTO notices (site, moderator, since) VALUES ('shop', 'm1', 1), ('orphan', 'm1', 1), ('shop', 'orphan', 1);
INSERT INTO outbox (id, kind, site, moderator, comment_id, email_index, about, status, queued_at, due_at, created_at)
    VALUES ('o1', 'queue', '', 'm1', NULL, 'i', '{}', 'queued', 1, 1, 1), ('o2', 'reply', 'shop', NULL, 'c1', 'i', '{}', 'lost', 1, 1, 1),
           ('o3', 'reply', 'orphan', NULL, 'c3', 'i', '{}', 'sent', 1, 1, 1), ('o4', 'reply', 'shop', NULL, 'orphan', 'i', '{}', 'sent', 1, 1, 1),
           ('o5', 'queue', '', 'orphan', NULL, 'i', '{}', 'sent', 1, 1, 1), ('o6-orphan', 'pigeon', 'shop', NULL, 'c1', 'i', '{}', 'sent', 1, 1, 1);
INSERT INTO subscriptions (site, email_index, email_sealed, id, status, asked_at)
    VALUES ('shop', 'i', 's', 's1', 'perhaps', 1), ('orphan', 'i', 's', 's2', 'asked', 1);
INSERT INTO client_keys (site, id, name, hash, created_at) VALUES ('shop', 'k1', 'n', 'h1', 1), ('orphan', 'k2', 'n', 'h2', 1);
INSERT INTO judgements (site, id, blog, month, content, queued, said, reported, created_at, told)
    VALUES ('shop', 'j1', 'b', '2026-01', 'c', 0, 'spam', 'perhaps', 1, 'perhaps'), ('orphan', 'j2', 'b', '2026-01', 'c', 0, 'spam', NULL, 1, NULL);
INSERT INTO client_usage (site, month, blog, spam, ham, missed_spam, false_positives)
    VALUES ('shop', '2026-01', 'b', 1, 1, 1, 1), ('orphan', '2026-01', 'b', 1, 1, 1, 1);
INSERT INTO samples (site, id, label, provenance, source, counted, held_out, text, revision, labelled_at)
    VALUES ('shop', 's1', 'spam', 'decision', '', 1, 0, 't', 1, 1), ('shop', 's2', 'unsure', 'rumour', '', 1, 0, 't', 1, 1),
           ('orphan', 's1', 'spam', 'decision', '', 1, 0, 't', 1, 1);
INSERT INTO lessons (site, revision, sample, unlearn, learn) VALUES ('shop', 1, 's1', 'eggs', 'spam'), ('orphan', 1, 's1', NULL, 'spam');
INSERT INTO learning (site, revision, epoch) VALUES ('shop', 1, 0), ('orphan', 1, 0);
INSERT INTO models (site, id, state, requested_by, requested_at, phase)
    VALUES ('shop', 'mo1', 'asleep', 'm1', 1, 'dreaming'), ('shop', 'mo3', 'trained', 'm1', 1, 'done'), ('orphan', 'mo2', 'trained', 'm1', 1, 'done');
INSERT INTO model_files (site, model, bytes) VALUES ('shop', 'mo1', ''), ('orphan', 'mo2', ''), ('shop', 'orphan', '');
INSERT INTO uploads (id, state, provenance, source, touched_at)
    VALUES ('u1', 'arriving', 'samples', '', 1), ('u2-orphan', 'lost', 'samples', '', 1), ('u3', 'complete', 'rumour', '', 1);
INSERT INTO upload_rows (upload, site, id, label, held_out, text)
    VALUES ('u1', 'shop', 'r1', 'ham', 0, 't'), ('u1', 'orphan', 'r2', 'ham', 0, 't'), ('u2-orphan', 'shop', 'r3', 'ham', 0, 't'),
           ('orphan', 'shop', 'r4', 'ham', 0, 't'), ('u1', 'shop', 'r5-orphan', 'beef', 0, 't');
INSERT INTO imported (site, system, foreign_id, comment_id) VALUES ('shop', 'disqus', '1', 'c1'), ('shop', 'disqus', '2', 'orphan'), ('orphan', 'disqus', '1', 'c3');
INSERT INTO webhooks (site, id, url, events, created_at) VALUES ('shop', 'w1', 'u', '[]', 1), ('orphan', 'w2', 'u', '[]', 1);
INSERT INTO deliveries (site, webhook, id, event, about, status, queued_at, due_at)
    VALUES ('shop', 'w1', 'd1', 'comment.received', '{}', 'lost', 1, 1), ('orphan', 'w2', 'd2', 'comment.received', '{}', 'queued', 1, 1);
INSERT INTO erasures (id, erased_at, actor_id, actor_name, via, comments, samples, subscriptions, mails) VALUES ('e1', 1, 'm1', 'H', 'c', 1, 1, 1, 1);
