// New metadata is seen by the others, by the peer itself and by who comes later.
import assert from "node:assert/strict";
import { play } from "../stage.mjs";

await play(async (stage) => {
  await stage.makeRoom();
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest");
  const id = await bob.id();
  await bob.call("changeMetadata", { team: "red", mood: "☕" });

  const text = JSON.stringify({ team: "red", mood: "☕" });
  const shown = ({ peers }, wanted) => peers.find((peer) => peer.id === wanted.id)?.metadata === wanted.text;
  await bob.sees("its own metadata", shown, { id, text });
  await alice.sees("bob's metadata", shown, { id, text });
  assert.deepEqual((await alice.notices("METADATA_UPDATED")).map((peer) => peer.id), [id]);
  await (await stage.join("carol", "guest")).sees("bob's metadata", shown, { id, text });
});
