-- What 00005 adds are columns: rows of the tables that have them are there already.
UPDATE rooms SET guarded_until = '2026-03-04 05:06:07.008+00:00' WHERE id = (SELECT MIN(id) FROM rooms);
