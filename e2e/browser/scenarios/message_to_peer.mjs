// A direct message reaches one peer only. What comes after it in the room proves that the others did not get it.
import assert from "node:assert/strict";
import { play } from "../stage.mjs";

await play(async (stage) => {
  await stage.makeRoom();
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest");
  const carol = await stage.join("carol", "guest");
  await alice.seesPeers("alice", "bob", "carol");

  await alice.call("sendDirectMessage", "between us", await bob.id());
  await alice.call("sendBroadcastMessage", "everybody");
  const direct = await bob.hears("between us");
  assert.equal(direct.recipientPeer, await bob.id());
  assert.equal(direct.sender, await alice.id());
  await carol.hears("everybody");

  const texts = async (peer) => (await peer.view()).messages.map(({ message }) => message);
  assert.deepEqual(await texts(carol), ["everybody"]);
  assert.deepEqual(await texts(alice), ["between us", "everybody"]);
});
