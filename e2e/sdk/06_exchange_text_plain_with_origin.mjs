// A code is exchanged by a browser's simple request: text/plain, an Origin, no token. CORS on success and on errors.
import assert from "node:assert/strict";
import { assertErrorBody, exchange, newRoom, raw, sdk } from "./foyer.mjs";

const hms = sdk();
const { room } = await newRoom(hms, "exchange");
const [code] = await hms.roomCodes.create(room.id);
const browser = { "Content-Type": "text/plain;charset=UTF-8", Origin: "https://app.example.org" };

function assertReadable(answer) {
  const allowed = answer.headers.get("access-control-allow-origin");
  assert.ok(allowed === "*" || allowed === browser.Origin, `Access-Control-Allow-Origin is ${allowed}`);
  assert.match(answer.headers.get("content-type"), /^application\/json/);
}

const good = await exchange({ code: code.code, user_id: "customer-42" }, browser);
assert.equal(good.status, 200);
assert.equal(typeof good.body.token, "string");
assertReadable(good);

const unknown = await exchange({ code: "zzz-zzzz-zzz" }, browser);
assertErrorBody(unknown, 404);
assert.deepEqual(unknown.body.details, ["unknown"]);
assertReadable(unknown);

for (const body of ["", "not json", "{}", "[]", '{"code":7}']) {
  const bad = await raw("POST", "/v2/token", { headers: browser, body });
  assertErrorBody(bad, 400);
  assertReadable(bad);
}

const preflight = await raw("OPTIONS", "/v2/token", {
  headers: {
    Origin: browser.Origin,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type",
  },
});
assert.ok(preflight.status === 200 || preflight.status === 204, `preflight is ${preflight.status}`);
assert.match(preflight.headers.get("access-control-allow-headers"), /authorization/i);
assert.match(preflight.headers.get("access-control-allow-headers"), /content-type/i);
assert.match(preflight.headers.get("access-control-allow-methods"), /POST/);
