// Two who joined see each other, with role, metadata and user; a leave is seen at once.
import assert from "node:assert/strict";
import { play } from "../stage.mjs";

await play(async (stage) => {
  await stage.makeRoom();
  const alice = await stage.join("alice", "host", { metaData: '{"team":"red"}' });
  const bob = await stage.join("bob", "guest");
  await alice.seesPeers("alice", "bob");
  await bob.seesPeers("alice", "bob");
  await alice.sees("two counted", ({ peerCount }) => peerCount === 2);
  await bob.sees("two counted", ({ peerCount }) => peerCount === 2);

  const { peers, me } = await bob.view();
  const seen = peers.find(({ name }) => name === "alice");
  assert.equal(seen.id, await alice.id());
  assert.equal(seen.roleName, "host");
  assert.equal(seen.metadata, '{"team":"red"}');
  assert.equal(me.roleName, "guest");
  assert.deepEqual((await alice.noticed("PEER_JOINED")).map(({ id }) => id), [me.id]);

  await bob.call("leave");
  await alice.seesPeers("alice");
  assert.deepEqual((await alice.noticed("PEER_LEFT")).map(({ id }) => id), [me.id]);
});
