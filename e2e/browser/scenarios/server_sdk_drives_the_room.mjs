// The unmodified server SDK acts on a live room, and the browsers in it see what it did.
import assert from "node:assert/strict";
import { play } from "../stage.mjs";

await play(async (stage) => {
  await stage.makeRoom();
  const { hms, room } = stage;
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest", { metaData: '{"team":"red"}' });
  const carol = await stage.join("carol", "guest");
  const [a, b, c] = [await alice.id(), await bob.id(), await carol.id()];
  await alice.seesPeers("alice", "bob", "carol");
  const texts = async (peer) => (await peer.view()).messages.map(({ message }) => message);

  const active = await hms.activeRooms.retrieve(room.id);
  assert.equal(active.id, room.id);
  assert.deepEqual([...active.session.peers].sort(), [a, b, c].sort());
  const session = await hms.sessions.retrieveActiveByRoom(room.id);
  assert.equal(session.id, active.session.id);
  assert.equal(session.active, true);

  const peers = await hms.activeRooms.retrieveActivePeers(room.id);
  assert.deepEqual(Object.keys(peers).sort(), [a, b, c].sort());
  assert.equal(peers[b].name, "bob");
  assert.equal(peers[b].role, "guest");
  assert.equal(peers[b].metadata, '{"team":"red"}');
  assert.deepEqual((await hms.activeRooms.retrievePeerDetails(room.id, b)).tracks, {});

  const update = { name: "Robert", role: "speaker", metadata: '{"team":"blue"}' };
  const updated = await hms.activeRooms.updatePeer(room.id, b, update);
  assert.deepEqual([updated.name, updated.role, updated.metadata], [update.name, update.role, update.metadata]);
  const shown = ({ peers }, { id, name, role, metadata }) =>
    peers.some((peer) => peer.id === id && peer.name === name && peer.roleName === role && peer.metadata === metadata);
  for (const peer of [alice, bob, carol]) await peer.sees("what was updated", shown, { id: b, ...update });

  await hms.activeRooms.sendMessage(room.id, { message: "for bob", peerId: b });
  await hms.activeRooms.sendMessage(room.id, { message: "for guests", role: "guest" });
  await hms.activeRooms.sendMessage(room.id, { message: "for all", type: "news" });
  for (const peer of [alice, bob, carol]) assert.equal((await peer.hears("for all")).type, "news");
  assert.deepEqual(await texts(alice), ["for all"]);
  assert.deepEqual(await texts(bob), ["for bob", "for all"]);
  assert.deepEqual(await texts(carol), ["for guests", "for all"]);

  await hms.activeRooms.removePeer(room.id, { peer_id: b, reason: "too loud" });
  await bob.sees("itself outside", (view) => !view.room.isConnected && view.room.roomState === "Disconnected");
  await alice.seesPeers("alice", "carol");

  await hms.activeRooms.end(room.id, { reason: "late", lock: true });
  for (const peer of [alice, carol]) assert.equal((await peer.notices("ROOM_ENDED"))[0].reason, "late");
  await assert.rejects(hms.activeRooms.retrieve(room.id), { code: 404 });
  assert.equal((await hms.rooms.retrieveById(room.id)).enabled, false);
  const ended = await hms.sessions.retrieveById(session.id);
  assert.equal(ended.active, false);
  assert.deepEqual(Object.keys(ended.peers).sort(), [a, b, c].sort());
  for (const peer of Object.values(ended.peers)) assert.ok(peer.left_at >= peer.joined_at, "every stay has its end");
});
