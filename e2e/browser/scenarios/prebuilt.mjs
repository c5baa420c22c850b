// The unmodified Prebuilt, pointed here by its endpoints, renders, previews and joins as a role without media.
import assert from "node:assert/strict";
import { url } from "../../sdk/foyer.mjs";
import { initEndpoint, play, tokenEndpoint } from "../stage.mjs";

await play(async (stage) => {
  await stage.makeRoom();
  const alice = await stage.join("alice", "host");
  const endpoints = { tokenByRoomCode: tokenEndpoint, init: initEndpoint, roomLayout: `${url}/v2/layouts/ui` };
  const options = { userName: "bob", userId: "customer-42", endpoints };
  const { page } = await stage.open("bob", "prebuilt", { roomCode: stage.codes.guest, options });

  await page.getByText("Setup your audio and video before joining").waitFor();
  await page.getByText("1 other in the session").waitFor();
  await alice.seesPeers("alice");

  await page.getByRole("button", { name: "Join Now" }).click();
  await alice.seesPeers("alice", "bob");
  const [seen] = (await alice.view()).peers.filter(({ name }) => name === "bob");
  assert.deepEqual([seen.roleName, seen.customerUserId], ["guest", "customer-42"]);
  await page.getByTestId("chat_btn").click();
  await alice.call("sendBroadcastMessage", "hello Prebuilt");
  await page.getByText("hello Prebuilt").waitFor();
});
