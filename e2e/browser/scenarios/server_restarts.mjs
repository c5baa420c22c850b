// The server goes and comes back under the room, first as an operator stops it and then as a crash does: all stay who they were.
import assert from "node:assert/strict";
import { ask } from "../ask.mjs";
import { play } from "../stage.mjs";

await play(async (stage) => {
  await stage.makeRoom();
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest", { metaData: '{"team":"red"}' });
  const ids = [await alice.id(), await bob.id()];
  await alice.call("changeRoleOfPeer", ids[1], "speaker", true);
  await bob.sees("its new role", ({ me }) => me.roleName === "speaker");
  await bob.call("raiseLocalPeerHand");
  await alice.sees("bob's hand", ({ peers }) => peers.some(({ name, isHandRaised }) => name === "bob" && isHandRaised));
  await alice.call("sessionStore.set", "topic", "tea");

  for (const [round, how] of ["stop", "kill"].entries()) {
    await ask(how);
    for (const peer of [alice, bob]) {
      const back = ({ notices, room }, wanted) =>
        room.roomState === "Connected" && notices.filter(({ type }) => type === "RECONNECTED").length === wanted;
      await peer.sees(`the server back after ${how}`, back, round + 1);
    }
    await alice.call("sessionStore.set", "back", how); // answered once the server has her back, too: a message does not wait for her
    await bob.call("sendBroadcastMessage", `after ${how}`);
    await alice.hears(`after ${how}`);
    await alice.call("sendDirectMessage", `heard after ${how}`, ids[1]);
    await bob.hears(`heard after ${how}`);
    for (const peer of [alice, bob]) {
      await peer.seesPeers("alice", "bob");
      assert.deepEqual(await peer.noticed("PEER_LEFT"), [], "no leave was seen");
    }
    assert.deepEqual([await alice.id(), await bob.id()], ids);
    assert.deepEqual((await alice.noticed("PEER_JOINED")).map(({ id }) => id), [ids[1]]);
  }

  const carol = await stage.join("carol", "guest");
  await carol.seesPeers("alice", "bob", "carol");
  const seen = (await carol.view()).peers.find(({ id }) => id === ids[1]);
  assert.deepEqual([seen.roleName, seen.isHandRaised, seen.metadata], ["speaker", true, '{"team":"red"}']);
  await carol.call("sessionStore.observe", "topic");
  await carol.sees("the topic of before", ({ values }) => values.topic === "tea");
});
