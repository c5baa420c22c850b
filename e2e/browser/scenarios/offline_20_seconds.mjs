// A peer without network for 20 s stays the same peer; nobody is told, and what it missed it is given.
import assert from "node:assert/strict";
import { setTimeout as elapse } from "node:timers/promises";
import { play } from "../stage.mjs";

await play(async (stage) => {
  await stage.makeRoom();
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest", { metaData: '{"team":"red"}' });
  const id = await bob.id();
  await bob.call("raiseLocalPeerHand");
  await bob.call("sessionStore.observe", "topic");
  await alice.sees("bob's hand", ({ peers }) => peers.some(({ name, isHandRaised }) => name === "bob" && isHandRaised));

  await bob.context.setOffline(true);
  const away = elapse(20_000);
  await bob.sees("that it is cut off", ({ room }) => room.roomState === "Reconnecting");
  await alice.call("changeRoleOfPeer", id, "speaker", true);
  await alice.call("sessionStore.set", "topic", "tea");
  await alice.call("changeName", "Alicia");
  const carol = await stage.join("carol", "guest");
  await carol.seesPeers("Alicia", "bob", "carol");
  await away;
  await bob.context.setOffline(false);

  await bob.notices("RECONNECTED");
  await bob.seesPeers("Alicia", "bob", "carol");
  await bob.sees("the role that it was given", ({ me }) => me.roleName === "speaker");
  await bob.sees("the topic that was set", ({ values }) => values.topic === "tea");
  const { me } = await bob.view();
  assert.equal(me.id, id);
  assert.equal(me.isHandRaised, true);
  assert.equal(me.metadata, '{"team":"red"}');

  await bob.call("sendBroadcastMessage", "back");
  for (const peer of [alice, carol]) {
    await peer.hears("back");
    await peer.seesPeers("Alicia", "bob", "carol");
    assert.deepEqual(await peer.noticed("PEER_LEFT"), [], "no leave was seen");
  }
  assert.deepEqual((await alice.noticed("PEER_JOINED")).map(({ name }) => name), ["bob", "carol"]);
  const [seen] = (await alice.view()).peers.filter((peer) => peer.id === id);
  assert.deepEqual([seen.roleName, seen.isHandRaised, seen.metadata], ["speaker", true, '{"team":"red"}']);
  await alice.call("sendBroadcastMessage", "welcome back");
  await bob.hears("welcome back");
});
