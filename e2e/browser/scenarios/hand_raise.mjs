// A raised hand is seen by the peer itself, by the others and by who comes later; a host may lower it.
import assert from "node:assert/strict";
import { play } from "../stage.mjs";

const hand = ({ peers }, wanted) => peers.find(({ id }) => id === wanted.id)?.isHandRaised === wanted.up;

await play(async (stage) => {
  await stage.makeRoom();
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest");
  const id = await bob.id();
  await alice.seesPeers("alice", "bob");

  await bob.call("raiseLocalPeerHand");
  await bob.sees("its own hand up", hand, { id, up: true });
  await alice.sees("bob's hand up", hand, { id, up: true });
  assert.deepEqual((await alice.notices("HAND_RAISE_CHANGED")).map((peer) => [peer.id, peer.isHandRaised]), [[id, true]]);
  const carol = await stage.join("carol", "guest");
  await carol.sees("bob's hand up", hand, { id, up: true });

  await bob.call("lowerLocalPeerHand");
  for (const peer of [alice, bob, carol]) await peer.sees("bob's hand down", hand, { id, up: false });
  await bob.call("raiseLocalPeerHand");
  await alice.sees("bob's hand up again", hand, { id, up: true });
  await alice.call("lowerRemotePeerHand", id);
  for (const peer of [alice, bob, carol]) await peer.sees("bob's hand lowered by the host", hand, { id, up: false });
});
