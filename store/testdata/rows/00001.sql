-- Rows as a Foyer of schema version 1 left them: two in every table, with and without what may be absent.
-- bytes'0102' stands for a binary value. A statement ends with a semicolon at the end of a line.
INSERT INTO workspaces
    (id, app_id, name, region, default_template_id, room_links_enabled, webhook_url, webhook_headers, created_at, updated_at)
VALUES
    ('65f000000000000000000001', '65f000000000000000000002', 'acme', 'eu', '65f000000000000000000020', TRUE,
     'https://example.com/hook', bytes'0100ff', '2024-03-12 07:06:08+00:00', '2024-03-12 07:06:08.09+00:00'),
    ('65f000000000000000000003', '65f000000000000000000004', 'bare', 'auto', '65f000000000000000000021', FALSE,
     NULL, NULL, '2024-03-12 07:06:09+00:00', '2024-03-12 07:06:09+00:00');

INSERT INTO keys (id, workspace_id, secret, created_at, revoked_at)
VALUES
    ('key-active', '65f000000000000000000001', bytes'0102', '2024-03-12 07:06:08.123+00:00', NULL),
    ('key-revoked', '65f000000000000000000001', bytes'0103', '2024-03-12 07:06:08.124+00:00', '2024-03-13 07:06:08.1+00:00');

INSERT INTO operators (id, name, password_hash, created_at, updated_at)
VALUES
    ('65f000000000000000000010', 'operator', '$argon2id$v=19$old', '2024-03-12 07:06:08+00:00', '2024-03-12 07:06:08+00:00'),
    ('65f000000000000000000011', 'second', '$argon2id$v=19$older', '2024-03-12 07:06:08+00:00', '2024-03-12 07:06:08+00:00');

INSERT INTO templates
    (id, workspace_id, name, region, settings, destinations, plugins, recordings, extra, subdomain, custom_domain, created_at, updated_at)
VALUES
    ('65f000000000000000000020', '65f000000000000000000001', 'default', 'us', '{"region":"us","big":12345678901234567890}', bytes'01',
     '{"unknown":null}', '[{"name":"composite"}]', '{"extra":[1.50]}', 'acme', 'meet.example.com',
     '2024-03-12 07:06:08+00:00', '2024-03-12 07:06:08.5+00:00'),
    ('65f000000000000000000021', '65f000000000000000000003', 'default', 'auto', '{}', bytes'01',
     '{}', '[]', '{}', NULL, NULL, '2024-03-12 07:06:08+00:00', '2024-03-12 07:06:08+00:00');

INSERT INTO roles (template_id, name, document, created_at, updated_at)
VALUES
    ('65f000000000000000000020', 'guest', '{"name":"guest","priority":5}', '2024-03-12 07:06:08+00:00', '2024-03-12 07:06:08.5+00:00'),
    ('65f000000000000000000020', 'host', '{}', '2024-03-12 07:06:08+00:00', '2024-03-12 07:06:08.5+00:00');

INSERT INTO rooms
    (id, workspace_id, template_id, name, name_key, description, enabled, region, recording_info, large_room, size,
     max_duration_seconds, polls, webhook_url, webhook_headers, created_at, updated_at)
VALUES
    ('65f000000000000000000030', '65f000000000000000000001', '65f000000000000000000020', 'Demo', 'demo', 'the first', TRUE, 'auto',
     '{"enabled":true}', TRUE, 100, 43200, '["poll"]', 'https://example.com/room', bytes'0104',
     '2024-03-12 07:06:10+00:00', '2024-03-12 07:06:10.001+00:00'),
    ('65f000000000000000000031', '65f000000000000000000003', '65f000000000000000000021', 'bare', 'bare', '', FALSE, 'auto',
     NULL, FALSE, NULL, NULL, NULL, NULL, NULL, '2024-03-12 07:06:10+00:00', '2024-03-12 07:06:10+00:00');

INSERT INTO codes
    (id, code, room_id, role, enabled, orphaned, retires_at, not_before, expires_at, max_uses, uses, user_id, label, created_at, updated_at)
VALUES
    ('65f000000000000000000040', 'abc-defg-hij', '65f000000000000000000030', 'guest', TRUE, FALSE,
     '2034-03-12 07:06:11+00:00', '2024-03-12 07:06:11+00:00', '2034-03-12 07:06:11.25+00:00', 5, 1, 'user', 'label',
     '2024-03-12 07:06:11+00:00', '2024-03-12 07:06:11+00:00'),
    ('65f000000000000000000041', 'klm-nopq-rst', '65f000000000000000000030', 'former', FALSE, TRUE,
     NULL, NULL, NULL, NULL, 0, NULL, NULL, '2024-03-12 07:06:11+00:00', '2024-03-12 07:06:12+00:00');

INSERT INTO code_uses (code_id, user_id, used_at)
VALUES
    ('65f000000000000000000040', 'user', '2024-03-12 07:06:13+00:00'),
    ('65f000000000000000000041', 'somebody', '2024-03-12 07:06:13+00:00');

INSERT INTO stream_keys (id, room_id, key, enabled, created_at, updated_at)
VALUES
    ('65f000000000000000000050', '65f000000000000000000030', bytes'0105', FALSE, '2024-03-12 07:06:14+00:00', '2024-03-12 07:06:15+00:00'),
    ('65f000000000000000000051', '65f000000000000000000030', bytes'0106', TRUE, '2024-03-12 07:06:15+00:00', '2024-03-12 07:06:15+00:00');
