// A locked room makes newcomers wait: one is admitted, one rejected. The moderator mutes, promotes and kicks.
import { newCode, Participant } from "./participant.mjs";
import assert from "node:assert/strict";

const room = newCode();
const ann = await Participant.join("ann", room, { isHost: true, password: "sesame" });
for (const [name, where, password, code] of [["eve", room, "wrong", "INVALID_PASSWORD"], ["eve", newCode(), "sesame", "ROOM_NOT_FOUND"]]) {
  const refused = await Participant.ask(name, where, { password });
  assert.equal(typeof (await refused.hears("error", { code })).message, "string");
  refused.close();
}
const ben = await Participant.join("ben", room, { password: "sesame" });
ben.send("room-locked", { lockedBy: ben.id });
await ben.hears("error");
ann.send("room-locked", { lockedBy: ann.id });
await Promise.all([ann.hears("room-locked", { lockedBy: ann.id }), ben.hears("room-locked", { lockedBy: ann.id })]);

const cyd = await Participant.ask("cyd", room, { password: "sesame" });
const { participantId } = await cyd.hears("waiting-room", { name: "cyd" });
await ann.hears("waiting-room", { participantId, name: "cyd" });
assert.equal(cyd.id, null, "whoever waits is not in");
ann.send("admit-user", { targetId: participantId });
await cyd.arrives();
assert.equal(cyd.id, participantId, "the id is kept");
await Promise.all([cyd.sees("ann", "ben"), ann.sees("ben", "cyd"), ben.sees("ann", "cyd")]);
ben.lacks("waiting-room");

const dan = await Participant.ask("dan", room, { password: "sesame" });
const waiting = await ann.hears("waiting-room", { name: "dan" });
ann.send("reject-user", { targetId: waiting.participantId, reason: "not today" });
await dan.hears("reject-user", { participantId: waiting.participantId, reason: "not today" });
await dan.isOut();
ann.send("room-unlocked", { unlockedBy: ann.id });
await ben.hears("room-unlocked", { unlockedBy: ann.id });

ann.send("moderator-action", { targetId: ben.id, action: "mute" });
await ben.hears("moderator-action", { targetId: ben.id, action: "mute", participantId: ann.id });
await cyd.hears("participant-updated", { participantId: ben.id, isMuted: true });
ben.send("moderator-action", { targetId: cyd.id, action: "kick" });
await ben.hears("error");
ann.send("moderator-action", { targetId: ben.id, action: "make-moderator" });
await ben.hears("moderator-action", { targetId: ben.id, action: "make-moderator" });
ben.send("moderator-action", { targetId: cyd.id, action: "kick" });
await cyd.hears("moderator-action", { targetId: cyd.id, action: "kick", participantId: ben.id });
await cyd.isOut();
await Promise.all([ann.sees("ben"), ben.sees("ann")]);
ann.lacks("reject-user");
ann.close();
ben.close();
