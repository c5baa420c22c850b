// The address of the machine that the pages run on is replaced under a call: pictures and sound are back within a minute, and stay.
import assert from "node:assert/strict";
import { setTimeout as elapse } from "node:timers/promises";
import { ask } from "../ask.mjs";
import { allGetAll, talking } from "../call.mjs";
import { play } from "../stage.mjs";

/** How long the way may take to be found again. The SDK needs 12 s to find out that its signalling is gone. */
const patience = 60_000;

await play(async (stage) => {
  await stage.makeRoomOf(talking);
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest");
  await allGetAll(alice, bob);
  const [{ address }] = await bob.ends();

  await ask("move");
  const moved = async (address) => {
    const ends = await window.ends();
    return ends.length === 2 && ends.every((end) => end.address !== address);
  };
  await Promise.all([alice, bob].map((peer) => peer.until("both its connections have another address", moved, address, patience)));
  await allGetAll(alice, bob);

  await elapse(5_000); // the SDK sends again what was under way, in offers that are out of date
  await allGetAll(alice, bob);
  for (const peer of [alice, bob]) {
    await peer.seesPeers("alice", "bob");
    assert.deepEqual(await peer.noticed("PEER_LEFT"), [], "no leave was seen");
  }
});
