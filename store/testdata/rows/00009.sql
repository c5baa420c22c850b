-- What 00009 adds: how the media of two stays did.
INSERT INTO measurements (id, workspace_id, room_id, session_id, peer_id, series, created_at)
VALUES
    ('65f000000000000000000070', '65f000000000000000000001', '65f000000000000000000030', '65f000000000000000000060',
     '5b1f0a52-7a0e-4d0c-8a44-8d1d2f7a9a01',
     '[{"Sent":true,"Track":"a","Kind":"audio","Source":"regular","RID":"","Times":[1710227180000],"Bitrates":[32000],"Packets":[50],"Lost":[0],"RoundTrips":[0]}]',
     '2024-03-12 07:06:20.5+00:00'),
    ('65f000000000000000000071', '65f000000000000000000001', '65f000000000000000000030', '65f000000000000000000061',
     '5b1f0a52-7a0e-4d0c-8a44-8d1d2f7a9a02', '[]', '2024-03-12 07:06:22+00:00');
