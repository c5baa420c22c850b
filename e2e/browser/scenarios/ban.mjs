// Who is removed with a ban cannot come back by a fresh exchange, until the ban is lifted.
import assert from "node:assert/strict";
import { bearer, raw } from "../../sdk/foyer.mjs";
import { play } from "../stage.mjs";

await play(async (stage) => {
  await stage.makeRoom();
  const { hms, room } = stage;
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest", { userId: "customer-42" });
  await alice.seesPeers("alice", "bob");

  await hms.api.post(`/active-rooms/${room.id}/remove-peers`, { peer_id: await bob.id(), reason: "too loud", ban_for: 600 });
  await bob.sees("itself outside", (view) => !view.room.isConnected && view.room.roomState === "Disconnected");
  await alice.seesPeers("alice");
  await assert.rejects(stage.config(bob, "guest", { userId: "customer-42" }), { code: 403 });
  await stage.config(bob, "guest", { userId: "customer-43" });

  const { data: bans } = await hms.api.get(`/rooms/${room.id}/bans`);
  assert.deepEqual(bans.map(({ user_id }) => user_id), ["customer-42"]);
  const lifted = await raw("DELETE", `/v2/rooms/${room.id}/bans/${bans[0].id}`, { headers: await bearer(hms) });
  assert.ok(lifted.status < 300, `status ${lifted.status}`);
  await bob.call("join", await stage.config(bob, "guest", { userId: "customer-42" }));
  await alice.seesPeers("alice", "bob");
});
