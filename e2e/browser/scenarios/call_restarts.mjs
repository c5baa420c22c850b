// The server goes and comes back under a call, first as an operator stops it and then as a crash does: all connect their media anew. Who had
// none meanwhile may get some afterwards.
import assert from "node:assert/strict";
import { ask } from "../ask.mjs";
import { allGetAll, getsAll, talking } from "../call.mjs";
import { play } from "../stage.mjs";

const back = ({ notices, room }, before) =>
  room.roomState === "Connected" && notices.filter(({ type }) => type === "RECONNECTED").length > before;

await play(async (stage) => {
  await stage.makeRoomOf(talking);
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest");
  const carol = await stage.join("carol", "viewer");
  const dave = await stage.join("dave", "bystander", { settings: { isAudioMuted: false, isVideoMuted: false } });
  await allGetAll(alice, bob);
  await getsAll(carol, [alice, bob]);

  const all = [alice, bob, carol, dave];
  for (const how of ["stop", "kill"]) {
    const before = await Promise.all(all.map((peer) => peer.noticed("RECONNECTED")));
    await ask(how);
    for (const [i, peer] of all.entries()) await peer.sees(`the server back after ${how}`, back, before[i].length);
    await allGetAll(alice, bob);
    await getsAll(carol, [alice, bob]);
    assert.deepEqual(await dave.received(), {}, "a bystander gets nothing");
  }
  await alice.call("changeRoleOfPeer", await dave.id(), "speaker", true);
  await allGetAll(alice, bob, dave);
  for (const peer of all) assert.deepEqual(await peer.noticed("PEER_LEFT"), [], "no leave was seen");
});
