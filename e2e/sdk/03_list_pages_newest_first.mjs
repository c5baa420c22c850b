// The SDK's iterator walks 25 rooms in three calls, newest first.
import assert from "node:assert/strict";
import { all, sdk } from "./foyer.mjs";

const hms = sdk();
const before = await all(hms.rooms.list({ limit: 100 })); // what the first start left
const created = [];
while (before.length + created.length < 25) {
  created.unshift((await hms.rooms.create({ name: `room-${created.length}` })).id);
}
const want = [...created, ...before.map((room) => room.id)];

let calls = 0;
hms.api.axios.interceptors.request.use((config) => {
  calls += 1;
  return config;
});
const listed = await all(hms.rooms.list({ limit: 10 }));
assert.deepEqual(listed.map((room) => room.id), want);
assert.equal(calls, 3);
