// Every call that needs no argument takes a POST without a body and without a Content-Type.
import assert from "node:assert/strict";
import { bearer, newRoom, raw, sdk } from "./foyer.mjs";

const hms = sdk();
const { room } = await newRoom(hms, "empty");
const headers = await bearer(hms);
const nothing = "0".repeat(24); // an id that nothing has

// Rooms, codes and stream keys do the work. An idle room has no session to end. Engines that are not there say so.
const expected = [
  ["/v2/rooms", 200],
  [`/v2/rooms/${room.id}`, 200],
  [`/v2/room-codes/room/${room.id}`, 200],
  [`/v2/room-codes/room/${room.id}/role/host`, 200],
  [`/v2/stream-keys/room/${room.id}`, 200],
  [`/v2/stream-keys/room/${room.id}/disable`, 200],
  [`/v2/active-rooms/${room.id}/end-room`, 404],
  [`/v2/recordings/room/${room.id}/start`, 501],
  [`/v2/recordings/room/${room.id}/stop`, 501],
  [`/v2/recordings/${nothing}/stop`, 501],
  [`/v2/live-streams/room/${room.id}/start`, 501],
  [`/v2/live-streams/room/${room.id}/stop`, 501],
  [`/v2/live-streams/${nothing}/stop`, 501],
  [`/v2/external-streams/room/${room.id}/stop`, 501],
  [`/v2/external-streams/${nothing}/stop`, 501],
];
for (const [path, status] of expected) {
  const answer = await raw("POST", path, { headers });
  assert.equal(answer.status, status, `POST ${path}: ${JSON.stringify(answer.body)}`);
}

// The same with a type of another kind, and with the two bytes that the SDK sends.
for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/json"]) {
  const answer = await raw("POST", "/v2/rooms", { headers: { ...headers, "Content-Type": type }, body: "{}" });
  assert.equal(answer.status, 200, type);
}
