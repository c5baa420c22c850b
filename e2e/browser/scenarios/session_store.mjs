// Values of the session: set by one, seen by who observes the key, and by who observes it only later.
import assert from "node:assert/strict";
import { play } from "../stage.mjs";

const value = ({ values }, wanted) => JSON.stringify(values[wanted.key]) === JSON.stringify(wanted.value);

await play(async (stage) => {
  await stage.makeRoom();
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest");
  const topic = { key: "topic", value: { text: "tea", steps: [1, 2] } };

  await alice.call("sessionStore.observe", ["topic", "pinned"]);
  await bob.call("sessionStore.set", "topic", topic.value);
  await bob.sees("what it set", value, topic);
  await alice.sees("the topic", value, topic);

  const carol = await stage.join("carol", "guest");
  await carol.call("sessionStore.observe", "topic");
  await carol.sees("the topic that was set before", value, topic);

  await alice.call("sessionStore.set", "topic", "coffee");
  await alice.call("sessionStore.set", "pinned", "a pin");
  await carol.sees("the new topic", value, { key: "topic", value: "coffee" });
  await alice.sees("its own pin", value, { key: "pinned", value: "a pin" });
  await alice.call("sendBroadcastMessage", "set");
  await carol.hears("set");
  assert.equal((await carol.view()).values.pinned, undefined, "carol does not observe that key");

  await carol.call("sessionStore.unobserve", "topic");
  await alice.call("sessionStore.set", "topic", "water");
  await alice.call("sendBroadcastMessage", "set again");
  await carol.hears("set again");
  await carol.sees("the topic that it saw last", value, { key: "topic", value: "coffee" });
});
