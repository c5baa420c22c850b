// sendMessage({peerId}), with the SDK's own spelling, reaches that peer and nobody else. What comes after it proves that.
import assert from "node:assert/strict";
import { sdk } from "./foyer.mjs";
import { liveRoom, WirePeer } from "./live.mjs";

const hms = sdk();
const { room, codes } = await liveRoom(hms);
const ann = await WirePeer.join("ann", codes.host);
const ben = await WirePeer.join("ben", codes.guest);

await hms.activeRooms.sendMessage(room.id, { message: "camel", peerId: ben.id });
await hms.activeRooms.sendMessage(room.id, { message: "snake", peer_id: ben.id, role: "host" });
await hms.activeRooms.sendMessage(room.id, { message: "hosts", peer_id: "", role: "host" });
await hms.activeRooms.sendMessage(room.id, { message: "all", role: "" });

const texts = async (peer) => {
  await peer.hears("on-broadcast", ({ info }) => info.message === "all");
  return peer.told.filter(({ method }) => method === "on-broadcast").map(({ params }) => params.info.message);
};
assert.deepEqual(await texts(ann), ["hosts", "all"]);
assert.deepEqual(await texts(ben), ["camel", "snake", "all"]);
const direct = await ben.hears("on-broadcast", ({ info }) => info.message === "camel");
assert.equal(direct.private, true);
assert.equal(direct.info.type, "chat");
await assert.rejects(hms.activeRooms.sendMessage(room.id, { message: "" }), { code: 400 });
for (const peer of [ann, ben]) peer.leave();
