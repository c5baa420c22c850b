// Create-all is a sync: the second answer equals the first, and holds every code that the list has.
import assert from "node:assert/strict";
import { all, newRoom, sdk } from "./foyer.mjs";

const hms = sdk();
const { room } = await newRoom(hms, "codes");
const first = await hms.roomCodes.create(room.id);
const second = await hms.roomCodes.create(room.id);
assert.deepEqual(second, first);
assert.deepEqual(first.map((code) => code.role).sort(), ["guest", "host"]);
for (const code of first) {
  assert.match(code.code, /^[a-z]{3}-[a-z]{4}-[a-z]{3}$/);
  assert.deepEqual(Object.keys(code).sort(), ["code", "created_at", "enabled", "role", "room_id", "updated_at"]);
}

const listed = await all(hms.roomCodes.list(room.id));
assert.equal(listed.length, first.length);
for (const code of listed) {
  const twin = first.find((candidate) => candidate.code === code.code);
  // The SDK makes dates of top-level fields only, so both sides hold the very text that was sent.
  assert.deepEqual(twin, code);
}
