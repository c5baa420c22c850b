// Two and then three call each other: each learns of the others, offers and answers go to their target alone, chat comes back to its sender,
// microphones, cameras and hands show, and whoever leaves or vanishes is gone.
import { newCode, negotiate, Participant } from "./participant.mjs";
import assert from "node:assert/strict";

const room = newCode();
const ann = await Participant.join("ann", room, { isHost: true });
assert.equal(ann.isModerator, true);
const ben = await Participant.join("ben", room);
assert.equal(ben.isModerator, false);
await Promise.all([ann.sees("ben"), ben.sees("ann")]);
await negotiate(ann, ben);

const cyd = await Participant.join("cyd", room);
await Promise.all([ann.sees("ben", "cyd"), ben.sees("ann", "cyd"), cyd.sees("ann", "ben")]);
await negotiate(ann, cyd);
await negotiate(cyd, ben);

ben.send("chat", { text: "hello, <b>all</b>", replyTo: "1-somebody", participantId: "forged" });
for (const each of [ann, ben, cyd]) {
  const { replyTo, timestamp } = await each.hears("chat", { participantId: ben.id, text: "hello, <b>all</b>" });
  assert.equal(replyTo, "1-somebody");
  assert.equal(typeof timestamp, "number");
}

cyd.send("participant-updated", { isMuted: true });
await ann.hears("participant-updated", { participantId: cyd.id, isMuted: true, isVideoOff: false, isHandRaised: false });
cyd.send("participant-updated", { isVideoOff: true });
await ben.hears("participant-updated", { participantId: cyd.id, isMuted: true, isVideoOff: true });
ben.send("raise-hand");
await Promise.all([ann.hears("raise-hand", { participantId: ben.id }), cyd.hears("raise-hand", { participantId: ben.id })]);
ben.send("lower-hand");
await ann.hears("lower-hand", { participantId: ben.id });

// What went to one was told to nobody else: all of it came before the hand.
for (const type of ["offer", "answer", "ice-candidate"]) for (const each of [ann, ben, cyd]) each.lacks(type);

cyd.send("leave");
await Promise.all([ann.sees("ben"), ben.sees("ann")]);
cyd.close();
const dan = await Participant.join("dan", room);
await ann.sees("ben", "dan");
dan.socket.terminate(); // as a tab that crashes
await Promise.all([ann.sees("ben"), ben.sees("ann")]);
ann.close();
ben.close();
