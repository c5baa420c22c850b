// The signalling of a peer is cut for 20 s: its pictures and sound go on meanwhile, both ways, and all is as before afterwards.
import assert from "node:assert/strict";
import { setTimeout as elapse } from "node:timers/promises";
import { allGetAll, getsAll, talking, trackOf } from "../call.mjs";
import { throughLine } from "../cut.mjs";
import { play } from "../stage.mjs";

await play(async (stage) => {
  await stage.makeRoomOf(talking);
  const alice = await stage.join("alice", "host");
  const bob = await stage.open("bob");
  const line = await throughLine(bob);
  await bob.call("join", await stage.config(bob, "guest"));
  await allGetAll(alice, bob);
  const before = [await trackOf(alice, "bob", "video"), await trackOf(alice, "bob", "audio")];

  line.cut();
  const away = elapse(20_000);
  await bob.sees("that it is cut off", ({ room }) => room.roomState === "Reconnecting");
  await allGetAll(alice, bob);
  const carol = await stage.join("carol", "guest");
  await allGetAll(alice, carol);
  await getsAll(carol, [bob]);
  await away;
  await bob.sees("that it is cut off still", ({ room }) => room.roomState === "Reconnecting");
  await allGetAll(alice, bob);
  line.mend();

  await bob.notices("RECONNECTED");
  await allGetAll(alice, bob, carol);
  assert.deepEqual([await trackOf(alice, "bob", "video"), await trackOf(alice, "bob", "audio")], before);
  for (const peer of [alice, bob, carol]) {
    await peer.seesPeers("alice", "bob", "carol");
    assert.deepEqual(await peer.noticed("PEER_LEFT"), [], "no leave was seen");
  }
  await bob.call("setLocalVideoEnabled", false);
  await alice.sees("bob's camera off", ({ tracks }, id) => !tracks[id].enabled, before[0]);
  await bob.call("setLocalVideoEnabled", true);
  await allGetAll(alice, bob, carol);
});
