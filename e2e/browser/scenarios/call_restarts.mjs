// The server goes and comes back under a call, first as an operator stops it and then as a crash does: all connect their media anew. Who had
// none meanwhile may get some afterwards.
import assert from "node:assert/strict";
import { ask } from "../ask.mjs";
import { allGetAll, getsAll, talking } from "../call.mjs";
import { play } from "../stage.mjs";

const back = ({ notices, room }, wanted) =>
  room.roomState === "Connected" && notices.filter(({ type }) => type === "RECONNECTED").length === wanted;

await play(async (stage) => {
  await stage.makeRoomOf(talking);
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest");
  const carol = await stage.join("carol", "viewer");
  const dave = await stage.join("dave", "bystander", { settings: { isAudioMuted: false, isVideoMuted: false } });
  await allGetAll(alice, bob);
  await getsAll(carol, [alice, bob]);

  for (const [round, how] of ["stop", "kill"].entries()) {
    await ask(how);
    for (const peer of [alice, bob, carol, dave]) await peer.sees(`the server back after ${how}`, back, round + 1);
    await allGetAll(alice, bob);
    await getsAll(carol, [alice, bob]);
    assert.deepEqual(await dave.received(), {}, "a bystander gets nothing");
  }
  await alice.call("changeRoleOfPeer", await dave.id(), "speaker", true);
  await allGetAll(alice, bob, dave);
  for (const peer of [alice, bob, carol, dave]) assert.deepEqual(await peer.noticed("PEER_LEFT"), [], "no leave was seen");
});
