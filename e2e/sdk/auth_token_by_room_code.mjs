// The request of the browser SDK's getAuthTokenByRoomCode, and what that SDK makes of each answer: it fetches the full
// URL with a JSON text as body and no headers of its own, so the type is text/plain and the browser adds the Origin.
import assert from "node:assert/strict";
import { newRoom, sdk, url } from "./foyer.mjs";

const origin = "https://app.example.org";

/** As the SDK does: parse the body whatever the status, then read `token`, or `code` and `message`. */
async function getAuthTokenByRoomCode({ roomCode, userId }, headers = {}) {
  const response = await fetch(`${url}/v2/token`, {
    method: "POST",
    headers: { Origin: origin, ...headers },
    body: JSON.stringify({ code: roomCode, user_id: userId }),
  });
  const allowed = response.headers.get("access-control-allow-origin");
  assert.ok(allowed === "*" || allowed === origin, "a browser must be allowed to read the answer");
  const data = await response.json();
  if (!data.token) throw { code: data.code, message: data.message, details: data.details, status: response.status };
  return data.token;
}

const hms = sdk();
const { template, room } = await newRoom(hms, "browser");
const codes = await hms.roomCodes.create(room.id);
const host = codes.find((code) => code.role === "host").code;
const guest = codes.find((code) => code.role === "guest").code;

const claims = (token) => JSON.parse(atob(token.split(".")[1]));
assert.equal(claims(await getAuthTokenByRoomCode({ roomCode: host, userId: "customer-42" })).user_id, "customer-42");
assert.equal(claims(await getAuthTokenByRoomCode({ roomCode: host })).role, "host", "user_id is left out when undefined");
const { token: management } = await hms.auth.getManagementToken();
await getAuthTokenByRoomCode({ roomCode: host }, { Authorization: `Bearer ${management}` });
await getAuthTokenByRoomCode({ roomCode: host }, { Authorization: "Bearer nonsense" });

/** The SDK decides by the body's code, so it must equal the status. */
async function assertRefused(request, status, cause) {
  await assert.rejects(getAuthTokenByRoomCode(request), (error) => {
    assert.equal(error.status, status);
    assert.equal(error.code, status);
    assert.notEqual(error.message, "");
    assert.deepEqual(error.details, [cause]);
    return true;
  });
}
await assertRefused({ roomCode: "zzz-zzzz-zzz" }, 404, "unknown");
await hms.roomCodes.enableOrDisable(guest, false);
await assertRefused({ roomCode: guest }, 403, "disabled");
await hms.roomCodes.enableOrDisable(guest, true);
await getAuthTokenByRoomCode({ roomCode: guest });
await hms.rooms.enableOrDisable(room.id, false);
await assertRefused({ roomCode: host }, 403, "room disabled");
await hms.rooms.enableOrDisable(room.id, true);
await hms.api.post("/workspace", { room_links_enabled: false });
await assertRefused({ roomCode: host }, 403, "links off");
await hms.api.post("/workspace", { room_links_enabled: true });
await hms.api.post(`/templates/${template.id}`, { roles: { host: {} }, settings: {} });
await assert.rejects(getAuthTokenByRoomCode({ roomCode: guest }), { status: 403, code: 403 });
await getAuthTokenByRoomCode({ roomCode: host });
