// Three protocols in the same rooms: the SDK in a browser, a MikroRoom socket and a Room Codes socket. All that docs/protocol-*.md
// says of what crosses is looked at, in a room that was made by MikroRoom, one of Room Codes, and one of 100ms.
import assert from "node:assert/strict";
import { setTimeout as elapse } from "node:timers/promises";
import { createServer } from "node:http";
import { once } from "node:events";
import { newCode, Participant } from "../../mikroroom/participant.mjs";
import { requestRoom, User } from "../../roomcodes/user.mjs";
import { all } from "../../sdk/foyer.mjs";
import { play } from "../stage.mjs";

/** Codes of an open room of another protocol, by role, for those who come by 100ms. */
async function codesOf(stage, preset) {
  const { hms } = stage;
  const rooms = await all(hms.rooms.list({ enabled: true }));
  const room = rooms.find(({ template, name }) => template === preset && name.startsWith(`${preset}:`));
  assert.ok(room, `no open room of ${preset} is listed`);
  const codes = await hms.roomCodes.create(room.id);
  Object.assign(stage, { room, codes: Object.fromEntries(codes.map(({ role, code }) => [role, code])) });
}

const named = ({ peers }, name) => peers.find((peer) => peer.name === name);
const raised = ({ peers }, { name, up }) => peers.find((peer) => peer.name === name)?.isHandRaised === up;

/** The id that the page knows a peer of a name by. */
async function idOf(page, name) {
  await page.sees(name, named, name);
  return (await page.view()).peers.find((peer) => peer.name === name).id;
}

/** Waits until a session that has ended tells these names. */
async function attended(stage, ...names) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const sessions = await all(stage.hms.sessions.list({ room_id: stage.room.id, active: false }));
    if (sessions.length > 0) {
      const { users } = await stage.hms.api.get(`/sessions/${sessions[0].id}/attendance`);
      assert.deepEqual(users.map(({ name }) => name).sort(), names.sort());
      return;
    }
    assert.ok(Date.now() < deadline, "the session never ended");
  }
}

async function madeByMikroRoom(stage) {
  const id = newCode();
  const ann = await Participant.join("ann", id, { isHost: true, password: "sesame" });
  await codesOf(stage, "mikroroom");
  const hal = await stage.join("hal", "host"); // the password guards MikroRoom's door only
  await ann.sees("hal");
  await hal.seesPeers("ann", "hal");
  const cody = await User.join("cody", stage.codes.guest);
  await hal.sees("three peers", ({ peers }) => peers.length === 3);
  await ann.sees("Room Codes", "hal");

  ann.send("chat", { text: "from MikroRoom", replyTo: "x" });
  await ann.hears("chat", { text: "from MikroRoom", replyTo: "x" });
  await hal.hears("from MikroRoom");
  await cody.hears("rc.200", "from MikroRoom");
  await hal.call("sendBroadcastMessage", "from the SDK");
  await ann.hears("chat", { text: "from the SDK", participantId: await hal.id() });
  await cody.hears("rc.200", "from the SDK");
  cody.say("from Room Codes");
  await hal.hears("from Room Codes");
  await ann.hears("chat", { text: "from Room Codes" });

  ann.send("raise-hand");
  await hal.sees("ann's hand", raised, { name: "ann", up: true });
  await hal.call("lowerRemotePeerHand", await idOf(hal, "ann"));
  await hal.call("raiseLocalPeerHand");
  await ann.hears("raise-hand", { participantId: await hal.id() });

  ann.send("moderator-action", { targetId: await hal.id(), action: "mute" });
  await hal.call("setRemoteTracksEnabled", { enabled: false, type: "audio", roles: undefined });
  await ann.hears("moderator-action", { action: "mute", targetId: ann.id });

  ann.send("room-locked");
  await ann.hears("room-locked");
  const gus = await stage.open("gus");
  const waits = gus.call("join", await stage.config(gus, "guest")).then(() => "in", (refusal) => refusal);
  const { participantId } = await ann.hears("waiting-room", { name: "gus" });
  ann.send("admit-user", { targetId: participantId });
  assert.equal(await waits, "in");
  await ann.sees("Room Codes", "gus", "hal");
  ann.send("room-unlocked");

  ann.send("moderator-action", { targetId: await gus.id(), action: "make-moderator" });
  await gus.sees("itself as host", ({ me }) => me.roleName === "host");
  ann.send("moderator-action", { targetId: await gus.id(), action: "kick" });
  await gus.sees("itself outside", ({ room }) => !room.isConnected);
  await hal.call("removePeer", await idOf(hal, "ann"), "enough");
  await ann.hears("moderator-action", { action: "kick", targetId: ann.id });
  await ann.isOut();
  await hal.call("endRoom", true, "over");
  assert.equal(await cody.isOut(), 1000);
}

async function madeByRoomCodes(stage) {
  const { code } = await requestRoom("HostClient");
  const hana = await User.join("hana", code);
  await codesOf(stage, "roomcodes");
  const sam = await stage.join("sam", "client");
  await hana.hears("rc.101");
  const ben = await Participant.join("ben", stage.codes.client);
  await hana.hears("rc.101");
  await sam.sees("three peers", ({ peers }) => peers.length === 3);

  hana.say("to all");
  await sam.hears("to all");
  await ben.hears("chat", { text: "to all" });
  await sam.call("sendBroadcastMessage", "only the host hears the SDK");
  await hana.hears("rc.200", "only the host hears the SDK");
  ben.send("chat", { text: "only the host hears MikroRoom" });
  await hana.hears("rc.200", "only the host hears MikroRoom");
  hana.say("the end");
  await sam.hears("the end");
  await ben.hears("chat", { text: "the end" });
  ben.lacks("chat", { text: "only the host hears the SDK" });
  assert.ok(!(await sam.view()).messages.some(({ message }) => message === "only the host hears MikroRoom"));

  hana.close(); // the host's leave ends the room for everybody
  await sam.sees("itself outside", ({ room }) => !room.isConnected);
  await ben.isOut();
  const closed = async () => (await all(stage.hms.rooms.list({ enabled: false }))).some(({ id }) => id === stage.room.id);
  const deadline = Date.now() + 10_000; // it is written down behind the end
  while (!(await closed())) {
    assert.ok(Date.now() < deadline, "the closed room is disabled");
    await elapse(100);
  }
}

async function madeByHMS(stage) {
  const events = [];
  const receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk)).on("end", () => events.push(JSON.parse(body)));
    response.end();
  }).listen(0, "127.0.0.1");
  await once(receiver, "listening");
  await stage.makeRoom({ webhook: { url: `http://127.0.0.1:${receiver.address().port}/` } });
  const mia = await Participant.join("mia", stage.codes.host);
  assert.ok(mia.isModerator, "whoever may remove others is moderator");
  const gil = await Participant.join("gil", stage.codes.guest);
  assert.ok(!gil.isModerator);
  const coy = await User.join("coy", stage.codes.guest);
  const sue = await stage.join("sue", "guest");
  await sue.sees("four peers", ({ peers }) => peers.length === 4);
  coy.say("hello");
  await sue.hears("hello");
  await mia.hears("chat", { text: "hello" });
  mia.send("moderator-action", { targetId: await sue.id(), action: "kick" });
  await sue.sees("itself outside", ({ room }) => !room.isConnected);
  coy.close();
  gil.close();
  mia.send("leave");
  await attended(stage, "Room Codes", "gil", "mia", "sue");
  const deadline = Date.now() + 30_000;
  const leaves = () => events.filter(({ type }) => type === "peer.leave.success").length;
  while (leaves() < 4 && Date.now() < deadline) await new Promise((done) => setTimeout(done, 100));
  assert.equal(leaves(), 4);
  assert.equal(events.filter(({ type }) => type === "peer.join.success").length, 4);
  mia.close();
  receiver.close();
}

await play(async (stage) => {
  await madeByMikroRoom(stage);
  await madeByRoomCodes(stage);
  await madeByHMS(stage);
});
process.exit(); // whatever socket is still open
