// A token from a clock 30 seconds ahead is good, from one 5 minutes ahead it is not; an unsigned one never is.
import assert from "node:assert/strict";
import { assertErrorBody, bearer, raw, sdk } from "./foyer.mjs";

const hms = sdk();
const now = Math.floor(Date.now() / 1000);

async function answerToClock(ahead) {
  const at = now + ahead;
  const { token } = await hms.auth.getManagementToken({ forceNew: true, issuedAt: at, notValidBefore: at });
  return raw("GET", "/v2/rooms", { headers: await bearer(hms, token) });
}
assert.equal((await answerToClock(30)).status, 200);
assertErrorBody(await answerToClock(300), 401);

const { token } = await hms.auth.getManagementToken({ forceNew: true });
const [, payload, signature] = token.split(".");
const none = Buffer.from(JSON.stringify({ alg: "none", typ: "JWT" })).toString("base64url");
for (const forged of [`${none}.${payload}.`, `${none}.${payload}.${signature}`]) {
  assertErrorBody(await raw("GET", "/v2/rooms", { headers: await bearer(hms, forged) }), 401);
}
assert.equal((await raw("GET", "/v2/rooms", { headers: await bearer(hms, token) })).status, 200, "it was the algorithm");
