// A broadcast reaches everybody once; the sender has the one copy that the SDK makes of the reply.
import assert from "node:assert/strict";
import { play } from "../stage.mjs";

await play(async (stage) => {
  await stage.makeRoom();
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest");
  const carol = await stage.join("carol", "speaker");

  await alice.call("sendBroadcastMessage", "hello ☕ <b>");
  await alice.call("sendBroadcastMessage", "a tap", "POKE");
  for (const peer of [bob, carol]) {
    const poke = await peer.hears("a tap");
    assert.equal(poke.type, "POKE");
    const { messages } = await peer.view();
    assert.deepEqual(messages.map(({ message }) => message), ["hello ☕ <b>", "a tap"]);
    assert.equal(messages[0].type, "chat");
    assert.equal(messages[0].sender, await alice.id());
    assert.equal(messages[0].senderName, "alice");
    assert.equal(messages[0].senderRole, "host");
  }

  await bob.call("sendBroadcastMessage", "hello yourself");
  await alice.hears("hello yourself");
  const own = (await alice.view()).messages;
  const seen = (await carol.view()).messages;
  assert.deepEqual(own.map(({ message }) => message), ["hello ☕ <b>", "a tap", "hello yourself"], "no echo");
  assert.equal(own[0].id, seen[0].id, "a message has one id");
  assert.equal(own[0].time, seen[0].time, "and one time");
});
