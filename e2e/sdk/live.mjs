// A room to be live in, and peers that speak the client protocol themselves, without a browser.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { WebSocket } from "ws";
import { exchange, raw } from "./foyer.mjs";

/** How long a peer waits for a frame. */
const patience = 20_000;

/** A role that only signals: it sends no media and receives none. */
const signalling = (permissions) => ({
  publishParams: { allowed: [] },
  subscribeParams: { subscribeToRoles: [] },
  permissions,
});

/** All that a role may be permitted. */
export const everything = { endRoom: true, removeOthers: true, mute: true, unmute: true, changeRole: true, pollRead: true, pollWrite: true };

/**
 * A room of a fresh template, with a code for each of its roles.
 * @param {Record<string, object>} roles
 * @param {object} [more] fields of the room
 */
export async function roomOf(hms, roles, more) {
  const name = `live-${randomUUID()}`;
  const template = await hms.api.post("/templates", { name, roles });
  const room = await hms.rooms.create({ name, template_id: template.id, ...more });
  const codes = await hms.roomCodes.create(room.id);
  return { template, room, codes: Object.fromEntries(codes.map(({ role, code }) => [role, code])) };
}

/**
 * A room with the roles host (may do all), guest and speaker (may only vote).
 * @param {object} [more] fields of the room
 * @param {object} [guest] fields of the role guest
 */
export function liveRoom(hms, more, guest) {
  const voter = signalling({ pollRead: true });
  return roomOf(hms, { host: signalling(everything), guest: { ...voter, ...guest }, speaker: voter }, more);
}

/** A peer of the client protocol: it keeps all that it is told. */
export class WirePeer {
  id = randomUUID();
  /** Every notification so far, in order. @type {{method: string, params: any}[]} */
  told = [];
  #replies = new Map();
  #frames = new EventEmitter();

  /** Exchanges the code, asks /init, opens the WebSocket and joins. */
  static async join(name, code, userId) {
    const peer = new WirePeer();
    const { body } = await exchange({ code, user_id: userId });
    const init = await raw("GET", `/init?peer_id=${peer.id}`, { headers: { Authorization: `Bearer ${body.token}` } });
    assert.equal(init.status, 200, JSON.stringify(init.body));
    const address = new URL(init.body.endpoint);
    for (const [key, value] of Object.entries({ peer: peer.id, token: body.token, protocol_version: "2.5" })) {
      address.searchParams.set(key, value);
    }
    peer.#open(address);
    await peer.hears("on-policy-change");
    await peer.call("join", { name, data: "" });
    await peer.hears("peer-list");
    return peer;
  }

  #open(address) {
    this.socket = new WebSocket(address);
    this.socket.on("error", () => {}); // a close follows
    this.socket.on("message", (text) => {
      const frame = JSON.parse(text);
      if (frame.id === undefined) this.told.push(frame);
      else this.#replies.set(frame.id, frame);
      this.#frames.emit("frame");
    });
  }

  /** Sends a request and gives its result. */
  async call(method, params) {
    const id = randomUUID();
    this.socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    const reply = await this.#awaits(`the reply to ${method}`, () => this.#replies.get(id));
    assert.ok(reply.result, `${method}: ${JSON.stringify(reply)}`);
    return reply.result;
  }

  /** Waits for a notification that has come or will, and gives its params. */
  async hears(method, holds = () => true) {
    const found = () => this.told.find((frame) => frame.method === method && holds(frame.params));
    return (await this.#awaits(method, found)).params;
  }

  /** Leaves as an app does that is told to. */
  leave() {
    this.socket.send(JSON.stringify({ method: "leave", params: { client_reason: "user request" } }));
    this.socket.close(1000);
  }

  async #awaits(what, found) {
    const signal = AbortSignal.timeout(patience);
    while (found() === undefined) {
      await once(this.#frames, "frame", { signal }).catch((cause) => {
        throw new Error(`never came: ${what}; told: ${JSON.stringify(this.told)}`, { cause });
      });
    }
    return found();
  }
}
