// A forced role change takes effect at once, at the peer, at the others and for who comes later; only who may does it.
import assert from "node:assert/strict";
import { play } from "../stage.mjs";

const role = ({ peers }, wanted) => peers.find(({ id }) => id === wanted.id)?.roleName === wanted.role;

await play(async (stage) => {
  await stage.makeRoom();
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest");
  const carol = await stage.join("carol", "guest");
  const id = await bob.id();
  await alice.seesPeers("alice", "bob", "carol");
  await bob.seesPeers("alice", "bob", "carol");

  await assert.rejects(bob.call("changeRoleOfPeer", await carol.id(), "speaker", true), { code: 403 });
  await alice.call("changeRoleOfPeer", id, "speaker", true);
  for (const peer of [alice, bob, carol]) await peer.sees("bob as a speaker", role, { id, role: "speaker" });
  assert.equal((await bob.view()).request, null, "nobody was asked");
  assert.deepEqual((await bob.notices("ROLE_UPDATED")).map((peer) => [peer.id, peer.roleName]), [[id, "speaker"]]);
  await (await stage.join("dave", "guest")).sees("bob as a speaker", role, { id, role: "speaker" });

  await alice.call("changeRoleOfPeersWithRoles", ["guest"], "speaker");
  await carol.sees("itself as a speaker", ({ me }) => me.roleName === "speaker");
  await alice.sees("three speakers", ({ peers }) => peers.filter(({ roleName }) => roleName === "speaker").length === 3);
});
