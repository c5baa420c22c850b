// The init override with Foyer's plain http origin, from a page of another origin; and a refusal there is an answer, not a hang.
import assert from "node:assert/strict";
import { initEndpoint, play } from "../stage.mjs";

await play(async (stage) => {
  await stage.makeRoom();
  const alice = await stage.open("alice");
  assert.notEqual(new URL(alice.page.url()).origin, new URL(initEndpoint).origin);
  await alice.call("join", await stage.config(alice, "host"));
  await alice.sees("itself in the room", ({ room }) => room.isConnected && room.roomState === "Connected");
  const { me, room } = await alice.view();
  assert.equal(me.roleName, "host");
  assert.equal(room.id, stage.room.id);

  const bob = await stage.open("bob");
  const config = await stage.config(bob, "guest");
  await stage.hms.rooms.enableOrDisable(stage.room.id, false);
  await assert.rejects(bob.call("join", config), { code: 403 });
});
