// A new name is seen by the others, by the peer itself and by who comes later.
import assert from "node:assert/strict";
import { play } from "../stage.mjs";

await play(async (stage) => {
  await stage.makeRoom();
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest");
  await bob.call("changeName", "Bobby Röt 日本");
  await bob.seesPeers("alice", "Bobby Röt 日本");
  await alice.seesPeers("alice", "Bobby Röt 日本");
  const updates = await alice.notices("NAME_UPDATED");
  assert.deepEqual(updates.map(({ id }) => id), [await bob.id()]);
  await (await stage.join("carol", "guest")).seesPeers("alice", "Bobby Röt 日本", "carol");
});
