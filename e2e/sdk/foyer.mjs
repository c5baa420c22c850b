// What the scripts share: the unmodified SDK pointed at the Foyer under test, and raw requests for what it cannot say.
import assert from "node:assert/strict";
import { SDK } from "@100mslive/server-sdk";

/** Where Foyer listens, without a trailing slash. */
export const url = process.env.FOYER_URL;

/** A server SDK that talks to us. There is no option for the base URL (contract 10.1), so it is set on its axios. */
export function sdk() {
  const hms = new SDK();
  hms.setLogLevel("silent"); // else it prints every refused call, and many are refused on purpose
  hms.api.axios.defaults.baseURL = `${url}/v2`;
  return hms;
}

/**
 * One raw request under the base URL. The answer must be JSON, or empty.
 * @param {string} method
 * @param {string} path
 * @param {{headers?: Record<string, string>, body?: string}} [init]
 */
export async function raw(method, path, init = {}) {
  const response = await fetch(url + path, { method, ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}

/** The headers of a management call with the given token, or with the SDK's own. */
export async function bearer(hms, token) {
  return { Authorization: `Bearer ${token ?? (await hms.auth.getManagementToken()).token}` };
}

/** Demands the error body that every client reads: a numeric code that equals the status, and a message. */
export function assertErrorBody(answer, status) {
  assert.equal(answer.status, status);
  assert.equal(answer.body.code, status);
  assert.equal(typeof answer.body.message, "string");
  assert.notEqual(answer.body.message, "");
  assert.ok(Array.isArray(answer.body.details), "details is an array");
}

/** All that an iterator of the SDK yields. */
export async function all(iterable) {
  const items = [];
  for await (const item of iterable) items.push(item);
  return items;
}

/** A room of a fresh template with the roles host and guest. */
export async function newRoom(hms, name) {
  const template = await hms.api.post("/templates", { name, roles: { host: {}, guest: {} } });
  const room = await hms.rooms.create({ name, template_id: template.id });
  return { template, room };
}

/** A room code exchanged for a token, as a browser would. */
export function exchange(body, headers = {}) {
  return raw("POST", "/v2/token", { headers, body: JSON.stringify(body) });
}
