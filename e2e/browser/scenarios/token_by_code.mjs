// A code becomes a token at the full URL of the endpoint override, or is refused with a code that the app sees.
import assert from "node:assert/strict";
import { play, tokenEndpoint as endpoint } from "../stage.mjs";

await play(async (stage) => {
  await stage.makeRoom();
  const alice = await stage.open("alice");
  const exchange = (request) => alice.call("getAuthTokenByRoomCode", request, { endpoint });

  const token = await exchange({ roomCode: stage.codes.host, userId: "customer-42" });
  const claims = JSON.parse(atob(token.split(".")[1]));
  assert.equal(claims.room_id, stage.room.id);
  assert.equal(claims.role, "host");
  assert.equal(claims.user_id, "customer-42");

  await assert.rejects(exchange({ roomCode: "zzz-zzzz-zzz" }), { code: 404 });
  await stage.hms.roomCodes.enableOrDisable(stage.codes.guest, false);
  await assert.rejects(exchange({ roomCode: stage.codes.guest }), { code: 403 });
});
