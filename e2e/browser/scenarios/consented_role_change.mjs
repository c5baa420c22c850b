// A role change that is not forced waits for the peer's consent, and does not happen without it.
import assert from "node:assert/strict";
import { play } from "../stage.mjs";

const role = ({ peers }, wanted) => peers.find(({ id }) => id === wanted.id)?.roleName === wanted.role;

await play(async (stage) => {
  await stage.makeRoom();
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest");
  const id = await bob.id();
  await alice.seesPeers("alice", "bob");
  await bob.seesPeers("alice", "bob");

  await alice.call("changeRoleOfPeer", id, "speaker", false);
  await bob.sees("the request", ({ request }) => request !== null);
  const { request } = await bob.view();
  assert.equal(request.role.name, "speaker");
  assert.equal(request.requestedBy.id, await alice.id());
  await bob.call("sendBroadcastMessage", "let me think");
  await alice.hears("let me think");
  await alice.sees("bob as a guest still", role, { id, role: "guest" });

  await bob.consent("acceptChangeRole");
  await alice.sees("bob as a speaker", role, { id, role: "speaker" });
  await bob.sees("itself as a speaker", role, { id, role: "speaker" });

  await alice.call("changeRoleOfPeer", id, "host", false);
  await bob.sees("the second request", (view) => view.request?.role.name === "host");
  await bob.consent("rejectChangeRole");
  await bob.call("sendBroadcastMessage", "rather not");
  await alice.hears("rather not");
  await alice.sees("bob as a speaker still", role, { id, role: "speaker" });
  await bob.sees("itself as a speaker still", role, { id, role: "speaker" });
});
