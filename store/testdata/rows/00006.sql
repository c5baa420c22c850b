-- Rows of what 00006 adds.
UPDATE rooms SET rules = '{"host":"host","single":true}', expires_at = '2026-03-04 05:11:07.008+00:00' WHERE id = (SELECT MIN(id) FROM rooms);
INSERT INTO aliases (id, dialect, name, room_id, account_id, kept, created_at)
    SELECT '65f0000000000000000000a6', 'mikroroom', 'ABC123', MIN(id), '', TRUE, '2026-03-04 05:06:07.008+00:00' FROM rooms;
INSERT INTO aliases (id, dialect, name, room_id, account_id, kept, created_at, closed_at)
    SELECT '65f0000000000000000000a7', 'roomcodes', 'HZRW', MAX(id), '65f0000000000000000000b1', FALSE, '2026-03-04 05:06:07.008+00:00', '2026-03-04 05:16:07.008+00:00' FROM rooms;
