// end({lock: true}): the room is disabled, its codes exchange to 403, and the room's webhook is told in order.
import assert from "node:assert/strict";
import { exchange, sdk } from "./foyer.mjs";
import { liveRoom, WirePeer } from "./live.mjs";
import { Receiver } from "./receiver.mjs";

const receiver = await Receiver.start();
const hms = sdk();
const { room, codes } = await liveRoom(hms, { webhook: { url: receiver.url, headers: { "x-secret": "s1" } } });
const ann = await WirePeer.join("ann", codes.host, "ann-1");
const ben = await WirePeer.join("ben", codes.guest, "ben-2");
const { session } = await hms.activeRooms.retrieve(room.id);

await hms.activeRooms.end(room.id, { lock: true, reason: "late" });
for (const peer of [ann, ben]) {
  const told = await peer.hears("on-peer-leave-request");
  assert.equal(told.room_end, true);
  assert.equal(told.reason, "late");
}
assert.equal((await hms.rooms.retrieveById(room.id)).enabled, false);
for (const code of Object.values(codes)) assert.equal((await exchange({ code })).status, 403);

const types = ["session.open", "peer.join", "peer.join", "room.end", "peer.leave", "peer.leave", "session.close"];
const events = await receiver.gathers(types.length);
assert.deepEqual(events.map(({ type }) => type), types.map((type) => `${type}.success`));
assert.ok(receiver.headers.every((headers) => headers["x-secret"] === "s1"));
for (const { version, id, account_id, data } of events) {
  assert.deepEqual([version, account_id, data.room_id, data.session_id], ["2.0", room.customer_id, room.id, session.id]);
  assert.match(id, /^[0-9a-f-]{36}$/);
}
const [, , , end, ...leaves] = events;
assert.deepEqual([end.data.lock_room, end.data.reason, end.data.source], [true, "late", "api"]);
for (const { data } of leaves.slice(0, 2)) assert.deepEqual([data.reason, data.message], ["peer kicked", "late"]);
assert.deepEqual(leaves.slice(0, 2).map(({ data }) => data.user_id).sort(), ["ann-1", "ben-2"]);

for (const peer of [ann, ben]) peer.leave();
receiver.stop();
