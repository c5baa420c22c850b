// Whatever goes wrong, the answer is JSON with a numeric code and a message.
import assert from "node:assert/strict";
import { assertErrorBody, bearer, newRoom, raw, sdk } from "./foyer.mjs";

const hms = sdk();
const { room } = await newRoom(hms, "lost");
const headers = await bearer(hms);

for (const [method, path] of [
  ["GET", "/v2/nothing"],
  ["GET", "/v2/nothing/at/all"],
  ["GET", "/v2/rooms/not-an-id"],
  ["GET", `/v2/rooms/${"0".repeat(24)}`],
  ["GET", "/nowhere/at/all"],
]) {
  assertErrorBody(await raw(method, path, { headers }), 404);
}

for (const [method, path] of [
  ["PUT", "/v2/rooms"],
  ["PATCH", `/v2/rooms/${room.id}`],
  ["DELETE", `/v2/rooms/${room.id}`],
  ["GET", "/v2/token"],
  ["POST", "/v2/nothing"],
  ["POST", "/nowhere"],
  ["POST", "/nowhere/at/all"],
]) {
  const answer = await raw(method, path, { headers });
  assert.ok(answer.status === 404 || answer.status === 405, `${method} ${path} is ${answer.status}`);
  assertErrorBody(answer, answer.status);
}

await assert.rejects(hms.api.get("/nothing"), (error) => error.code === 404 && error.message !== "An unknown Error occurred!");
