// The room is ended for all and locked: everybody is told, and its codes answer 403 from then on.
import assert from "node:assert/strict";
import { play, tokenEndpoint as endpoint } from "../stage.mjs";

await play(async (stage) => {
  await stage.makeRoom();
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest");
  const carol = await stage.open("carol");
  const config = await stage.config(carol, "guest");
  await bob.seesPeers("alice", "bob");

  await alice.call("endRoom", true, "that was it");
  const [told] = await bob.notices("ROOM_ENDED");
  assert.equal(told.reason, "that was it");
  assert.equal(told.roomEnded, true);
  for (const peer of [alice, bob]) {
    await peer.sees("itself outside", ({ room }) => !room.isConnected && room.roomState === "Disconnected");
  }

  assert.equal((await stage.hms.rooms.retrieveById(stage.room.id)).enabled, false);
  for (const roomCode of Object.values(stage.codes)) {
    await assert.rejects(carol.call("getAuthTokenByRoomCode", { roomCode }, { endpoint }), { code: 403 });
  }
  await assert.rejects(carol.call("join", config), { code: 403 }, "a token of before is refused too");
});
