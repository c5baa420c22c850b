// A removed peer is told and out at once; its old token is refused, a fresh one lets it in again.
import assert from "node:assert/strict";
import { play } from "../stage.mjs";

await play(async (stage) => {
  await stage.makeRoom();
  const alice = await stage.join("alice", "host");
  const bob = await stage.open("bob");
  const before = await stage.config(bob, "guest");
  await bob.call("join", before);
  const carol = await stage.join("carol", "guest");
  await alice.seesPeers("alice", "bob", "carol");
  const id = await bob.id();

  await assert.rejects(carol.call("removePeer", id, "no right to"), { code: 403 });
  await alice.call("removePeer", id, "too loud");
  const [told] = await bob.notices("REMOVED_FROM_ROOM");
  assert.equal(told.reason, "too loud");
  assert.equal(told.roomEnded, false);
  assert.equal(told.requestedBy.id, await alice.id());
  await bob.sees("itself outside", ({ room }) => !room.isConnected && room.roomState === "Disconnected");
  for (const peer of [alice, carol]) {
    await peer.seesPeers("alice", "carol");
    assert.deepEqual((await peer.noticed("PEER_LEFT")).map((left) => left.id), [id]);
  }

  await assert.rejects(bob.call("join", before), (refusal) => refusal.code >= 400 && refusal.code < 500);
  await bob.call("join", await stage.config(bob, "guest"));
  await alice.seesPeers("alice", "bob", "carol");
});
