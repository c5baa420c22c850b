// Two in a call: pictures and sound both ways, mute by oneself and by another, a screen, and an end.
import assert from "node:assert/strict";
import { allGetAll, ceases, gets, talking, trackOf } from "../call.mjs";
import { play } from "../stage.mjs";

const enabled = ({ tracks }, wanted) => tracks[wanted.id]?.enabled === wanted.enabled;

await play(async (stage) => {
  await stage.makeRoomOf(talking);
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest");
  await allGetAll(alice, bob);
  const [camera, microphone] = [await trackOf(alice, "bob", "video"), await trackOf(alice, "bob", "audio")];

  // Mute, and unmute.
  for (const [action, kind, id] of [["setLocalVideoEnabled", "video", camera], ["setLocalAudioEnabled", "audio", microphone]]) {
    await bob.call(action, false);
    await alice.sees(`bob's ${kind} off`, enabled, { id, enabled: false });
    await ceases(alice, id);
    await bob.call(action, true);
    await alice.sees(`bob's ${kind} on`, enabled, { id, enabled: true });
    await gets(alice, "bob", kind);
  }

  // A host mutes another one, who may undo it. Who is no host may not mute.
  await assert.rejects(bob.call("setRemoteTrackEnabled", await trackOf(bob, "alice", "video"), false), { code: 403 });
  await alice.call("setRemoteTrackEnabled", camera, false);
  await alice.call("setRemoteTracksEnabled", { enabled: false, roles: ["guest"], type: "audio" });
  for (const id of [camera, microphone]) {
    await alice.sees("bob muted", enabled, { id, enabled: false });
    await ceases(alice, id);
  }
  await bob.sees("itself muted", ({ me, tracks }) => !tracks[me.audioTrack].enabled && !tracks[me.videoTrack].enabled);
  await bob.call("setLocalVideoEnabled", true);
  await bob.call("setLocalAudioEnabled", true);
  await allGetAll(alice, bob);

  // A screen, twice: the second one takes the place of the first in what is negotiated.
  for (const time of ["first", "second"]) {
    await bob.call("setScreenShareEnabled", true, { videoOnly: true });
    const screen = await gets(alice, "bob", "video", "screen");
    await gets(alice, "bob", "video");
    await bob.call("setScreenShareEnabled", false);
    await alice.sees(`the end of the ${time} screen`, ({ tracks }, id) => tracks[id] === undefined, screen);
  }
  await allGetAll(alice, bob);

  await bob.call("leave");
  await alice.seesPeers("alice");
  await alice.sees("no track but its own", ({ me, tracks }) => Object.values(tracks).every(({ peerId }) => peerId === me.id));
  assert.deepEqual(Object.keys(await alice.received()), []);
});
