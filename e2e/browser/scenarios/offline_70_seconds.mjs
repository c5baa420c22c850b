// A peer without network for longer than the grace of 60 s is gone, and the others are told once; it may come anew.
import assert from "node:assert/strict";
import { setTimeout as elapse } from "node:timers/promises";
import { play, tokenEndpoint } from "../stage.mjs";

await play(async (stage) => {
  await stage.makeRoom();
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest");
  const carol = await stage.join("carol", "guest");
  const id = await bob.id();
  await alice.seesPeers("alice", "bob", "carol");

  await bob.context.setOffline(true);
  const inTime = elapse(70_000);
  await elapse(50_000);
  await alice.seesPeers("alice", "bob", "carol");
  await inTime;
  for (const peer of [alice, carol]) {
    assert.deepEqual((await peer.view()).peers.map(({ name }) => name).sort(), ["alice", "carol"], "gone after 70 s");
    assert.deepEqual((await peer.noticed("PEER_LEFT")).map((left) => left.id), [id]);
  }
  await bob.sees("itself outside", ({ room }) => room.roomState === "Failed" || room.roomState === "Disconnected");

  await bob.context.setOffline(false);
  await bob.reaches(tokenEndpoint);
  await bob.call("join", await stage.config(bob, "guest"));
  await bob.seesPeers("alice", "bob", "carol");
  assert.notEqual(await bob.id(), id);
  await bob.call("sendBroadcastMessage", "anew");
  for (const peer of [alice, carol]) {
    await peer.hears("anew");
    assert.deepEqual((await peer.noticed("PEER_LEFT")).map((left) => left.id), [id], "told once");
  }
});
