// A deleted role takes its code along for good; a role that is added gets a code from the next create-all.
import assert from "node:assert/strict";
import { all, assertErrorBody, bearer, exchange, newRoom, raw, sdk } from "./foyer.mjs";

const hms = sdk();
const { template, room } = await newRoom(hms, "roles");
const before = await hms.roomCodes.create(room.id);
const guest = before.find((code) => code.role === "guest");

const role = `/v2/templates/${template.id}/roles/guest`;
const gone = await raw("DELETE", role, { headers: await bearer(hms) });
assert.equal(gone.status, 204);
assertErrorBody(await raw("DELETE", role, { headers: await bearer(hms) }), 404);

const synced = await hms.roomCodes.create(room.id);
assert.deepEqual(synced.map((code) => code.role), ["host"]);
const listed = await all(hms.roomCodes.list(room.id));
assert.equal(listed.find((code) => code.code === guest.code).enabled, false);
assertErrorBody(await exchange({ code: guest.code }), 403);
await assert.rejects(hms.roomCodes.enableOrDisable(guest.code, true), { code: 403, name: "Forbidden" });
assert.equal((await hms.roomCodes.enableOrDisable(guest.code, false)).enabled, false, "disabling it is always allowed");

await hms.api.post(`/templates/${template.id}/roles/co%20host`, {});
await hms.api.post(`/templates/${template.id}/roles/guest`, {});
const after = await hms.roomCodes.create(room.id);
assert.deepEqual(after.map((code) => code.role).sort(), ["co host", "guest", "host"]);
assert.notEqual(after.find((code) => code.role === "guest").code, guest.code, "the old code stays dead");
