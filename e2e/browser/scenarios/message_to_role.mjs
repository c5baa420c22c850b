// A message to roles reaches the peers of these roles only. What comes after it in the room proves that it did not.
import assert from "node:assert/strict";
import { play } from "../stage.mjs";

await play(async (stage) => {
  await stage.makeRoom();
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest");
  const carol = await stage.join("carol", "speaker");

  await alice.call("sendGroupMessage", "guests only", ["guest"]);
  await alice.call("sendGroupMessage", "guests and speakers", ["guest", "speaker"]);
  await alice.call("sendBroadcastMessage", "everybody");
  assert.deepEqual((await bob.hears("guests only")).recipientRoles, ["guest"]);
  await bob.hears("everybody");
  await carol.hears("everybody");

  const texts = async (peer) => (await peer.view()).messages.map(({ message }) => message);
  assert.deepEqual(await texts(bob), ["guests only", "guests and speakers", "everybody"]);
  assert.deepEqual(await texts(carol), ["guests and speakers", "everybody"]);
  assert.deepEqual(await texts(alice), ["guests only", "guests and speakers", "everybody"]);
});
