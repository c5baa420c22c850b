// A user who speaks the Room Codes protocol, without a browser.
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { WebSocket } from "ws";

const base = `${process.env.FOYER_URL}/roomcodes/api/v1`;

/** How long a user waits for a frame. */
const patience = 20_000;

/** A call of the API; what it answers must be JSON. */
export async function api(path, credential, body, status = 200) {
  const headers = { Authorization: `Bearer ${credential}`, "Content-Type": "application/json" };
  const response = await fetch(`${base}/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await response.json();
  assert.equal(response.status, status, `${path}: ${JSON.stringify(answer)}`);
  return answer;
}

/** A token for one scope, as a customer's server fetches it. */
export const clientToken = async (scope) => (await api("getclienttoken", process.env.FOYER_ROOMCODES_API_KEY, { scope })).token;

/** A room of its own. */
export async function requestRoom(broadcastType, echo = false) {
  return api("requestroom", await clientToken("request-room"), { codeLength: 5, broadcastType, echo });
}

export class User {
  /** All frames so far, in order. @type {{type: string, message: string, code: {code: string, message: string}}[]} */
  told = [];
  #frames = new EventEmitter();

  /** Joins a room by its code, and waits for the first frame. */
  static async join(name, room) {
    const user = new User();
    user.name = name;
    const query = new URLSearchParams({ room, token: await clientToken("join-room") });
    user.socket = new WebSocket(`${base.replace(/^http/, "ws")}/joinroom?${query}`);
    user.ended = once(user.socket, "close");
    user.socket.on("message", (text) => {
      user.told.push(JSON.parse(text));
      user.#frames.emit("frame");
    });
    await once(user.socket, "open");
    await user.hears("rc.100");
    await user.hears("rc.101");
    return user;
  }

  say(text) {
    this.socket.send(text);
  }

  /** Waits for a frame with a code, and a message where one is given, and forgets it and all before it. */
  async hears(code, message) {
    const signal = AbortSignal.timeout(patience);
    for (;;) {
      const at = this.told.findIndex((frame) => frame.code.code === code && (message === undefined || frame.message === message));
      if (at >= 0) return this.told.splice(0, at + 1).at(-1);
      await once(this.#frames, "frame", { signal }).catch((cause) => {
        throw new Error(`${this.name} was never told ${code} ${message ?? ""}; it was told ${JSON.stringify(this.told)}`, { cause });
      });
    }
  }

  /** Waits until the server has ended the connection, and gives the code. */
  async isOut() {
    const late = new Promise((_, reject) => setTimeout(reject, patience, new Error(`${this.name} was not cut off`)).unref());
    const [code] = await Promise.race([this.ended, late]);
    return code;
  }

  close() {
    this.socket.close();
  }
}
