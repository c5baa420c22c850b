// A role of the lobby waits in its join, in order and unseen, until it is let in or refused with a reason.
import assert from "node:assert/strict";
import { setTimeout as later } from "node:timers/promises";
import { play } from "../stage.mjs";

await play(async (stage) => {
  await stage.makeRoom({}, { lobby: true });
  const { hms, room } = stage;
  const door = `/active-rooms/${room.id}/lobby`;
  const waiters = async () => (await hms.api.get(door)).data;

  /** Begins to join and waits until it stands in the queue. */
  const knock = async (name, queue) => {
    const peer = await stage.open(name);
    const joined = peer.call("join", await stage.config(peer, "guest")).then(() => "in", (refusal) => refusal);
    const deadline = Date.now() + 20_000;
    while ((await waiters()).map((waiter) => waiter.name).join() !== queue.join()) {
      assert.ok(Date.now() < deadline, `${name} never stood in the queue`);
      await later(100);
    }
    return { peer, joined };
  };

  const alice = await stage.join("alice", "host");
  const bob = await knock("bob", ["bob"]);
  const carol = await knock("carol", ["bob", "carol"]);
  await alice.seesPeers("alice");

  const [first, second] = await waiters();
  await hms.api.post(`${door}/${second.peer_id}/deny`, { reason: "not today" });
  const refusal = await carol.joined;
  assert.equal(refusal.code, 403);
  assert.match(refusal.message, /not today/);

  await hms.api.post(`${door}/${first.peer_id}/admit`, {});
  assert.equal(await bob.joined, "in");
  await alice.seesPeers("alice", "bob");
  await bob.peer.seesPeers("alice", "bob");
  assert.deepEqual(await waiters(), []);
});
