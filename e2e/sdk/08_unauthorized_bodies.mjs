// A 401 has the documented body for an unknown access key; an app token opens no management call.
import assert from "node:assert/strict";
import { SDK } from "@100mslive/server-sdk";
import { assertErrorBody, bearer, exchange, newRoom, raw, sdk, url } from "./foyer.mjs";

const hms = sdk();
const { room } = await newRoom(hms, "unauthorized");

const stranger = new SDK("62a0c0ffee0000000000abcd", process.env.HMS_SECRET);
stranger.setLogLevel("silent");
stranger.api.axios.defaults.baseURL = `${url}/v2`;
await assert.rejects(stranger.rooms.create(), { code: 401, name: "Unauthorized", message: "Token validation error" });
const unknown = await raw("GET", "/v2/rooms", { headers: await bearer(stranger) });
assert.equal(unknown.status, 401);
assert.deepEqual(unknown.body, { code: 401, message: "Token validation error", details: ["not found"] });

const forger = new SDK(process.env.HMS_ACCESS_KEY, "another secret");
assertErrorBody(await raw("GET", "/v2/rooms", { headers: await bearer(forger) }), 401);

const minted = await hms.auth.getAuthToken({ roomId: room.id, role: "host", userId: "customer-42" });
assertErrorBody(await raw("GET", "/v2/rooms", { headers: await bearer(hms, minted.token) }), 401);
const [code] = await hms.roomCodes.create(room.id);
const { token } = (await exchange({ code: code.code })).body;
assertErrorBody(await raw("GET", "/v2/rooms", { headers: await bearer(hms, token) }), 401);

for (const headers of [{}, { Authorization: "" }, { Authorization: "Bearer" }, { Authorization: "Basic YTpi" }, { Authorization: "Bearer a.b" }]) {
  assertErrorBody(await raw("GET", "/v2/rooms", { headers }), 401);
}
