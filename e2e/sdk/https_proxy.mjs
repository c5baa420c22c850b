// The SDK as it comes, not one line changed: HTTPS_PROXY alone sends it to Foyer.
import assert from "node:assert/strict";
import { SDK } from "@100mslive/server-sdk";
import { all } from "./foyer.mjs";

const hms = new SDK();
hms.setLogLevel("silent");
assert.match(hms.api.axios.defaults.baseURL, /^https:\/\/api\.100ms\.live\//, "the SDK's own base URL");

const room = await hms.rooms.create({ name: "by-proxy" });
assert.equal((await hms.rooms.retrieveByName("by-proxy")).id, room.id);
const codes = await hms.roomCodes.create(room.id);
assert.ok(codes.length > 0);
assert.ok((await all(hms.rooms.list())).some((listed) => listed.id === room.id));
await assert.rejects(hms.rooms.retrieveById("0".repeat(24)), { code: 404, name: "Not Found" });
