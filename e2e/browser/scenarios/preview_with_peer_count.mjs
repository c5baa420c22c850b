// Who previews sees how many are in, as it changes, and is seen by nobody.
import assert from "node:assert/strict";
import { play } from "../stage.mjs";

await play(async (stage) => {
  await stage.makeRoom();
  const alice = await stage.join("alice", "host");
  const bob = await stage.open("bob");
  const config = await stage.config(bob, "guest");
  await bob.call("preview", config);
  await bob.sees("one peer from outside", ({ inPreview, peerCount }) => inPreview && peerCount === 1);

  const carol = await stage.join("carol", "guest");
  await bob.sees("two peers from outside", ({ inPreview, peerCount }) => inPreview && peerCount === 2);
  await alice.seesPeers("alice", "carol");
  await carol.seesPeers("alice", "carol");

  await bob.call("join", config);
  await bob.seesPeers("alice", "bob", "carol");
  await alice.seesPeers("alice", "bob", "carol");
  assert.deepEqual((await alice.noticed("PEER_JOINED")).map(({ name }) => name), ["carol", "bob"]);
});
