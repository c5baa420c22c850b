// The browser SDK reads a token's payload with plain atob: no base64url letters, nothing outside ASCII.
import assert from "node:assert/strict";
import { exchange, newRoom, sdk } from "./foyer.mjs";

const hms = sdk();
const { room } = await newRoom(hms, "payload");
const [code] = await hms.roomCodes.create(room.id);

for (const user of ["ab~", "ab?", "xx>", "é", "日本", "\u007f\u007f\u007f", "🙂", "a<b&c"]) {
  const answer = await exchange({ code: code.code, user_id: user });
  assert.equal(answer.status, 200);
  const payload = answer.body.token.split(".")[1];
  assert.match(payload, /^[A-Za-z0-9+/]+$/, `payload for ${user}`);
  const claims = JSON.parse(atob(payload));
  assert.equal(claims.user_id, user);
  assert.equal(claims.type, "app");
  assert.equal(claims.version, 2);
  assert.equal(claims.room_id, room.id);
  assert.equal(claims.role, code.role);
  assert.equal(claims.access_key, process.env.HMS_ACCESS_KEY);
  assert.equal(claims.exp - claims.iat, 24 * 3600);
}

const anonymous = await exchange({ code: code.code });
const claims = JSON.parse(atob(anonymous.body.token.split(".")[1]));
assert.match(claims.user_id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
