// A participant who speaks the MikroRoom protocol as its web client does, without a browser.
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { WebSocket } from "ws";

/** Where the protocol is spoken. MIKROROOM_WS may name another server, such as the original, to prove the scripts themselves. */
const address = process.env.MIKROROOM_WS ?? `${process.env.FOYER_URL.replace(/^http/, "ws")}/mikroroom/ws`;

/** How long a participant waits for a frame. */
const patience = 20_000;

/** A code of six characters, as the web client makes one. */
export const newCode = () => Array.from({ length: 6 }, () => "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"[Math.floor(Math.random() * 32)]).join("");

export class Participant {
  /** All that it was told and has not looked at, in order. @type {any[]} */
  told = [];
  /** The others it knows, by their ids. @type {Map<string, {name: string, isModerator: boolean}>} */
  others = new Map();
  id = null;
  isModerator = false;
  #frames = new EventEmitter();

  constructor(name, room) {
    Object.assign(this, { name, room });
  }

  /** Connects and asks to be let in, and does not wait for the answer. */
  static async ask(name, room, more = {}) {
    const p = new Participant(name, room);
    p.socket = new WebSocket(address);
    p.socket.on("message", (text) => p.#take(JSON.parse(text)));
    p.ended = once(p.socket, "close");
    await once(p.socket, "open");
    p.send("join", { name, isHost: false, ...more, participantId: "" });
    return p;
  }

  /** Joins and waits until it is in. */
  static async join(name, room, more) {
    const p = await Participant.ask(name, room, more);
    await p.arrives();
    return p;
  }

  async arrives() {
    await this.awaits("itself in the room", () => this.id);
  }

  /** The first who is said to have joined is the participant itself: the web client knows its own id by nothing else. */
  #take(message) {
    if (message.type === "participant-joined") {
      this.id ??= message.participantId;
      if (message.participantId === this.id) this.isModerator = message.isModerator;
      else this.others.set(message.participantId, message);
    }
    if (message.type === "participant-left") this.others.delete(message.participantId);
    this.told.push(message);
    this.#frames.emit("frame");
  }

  send(type, fields = {}) {
    this.socket.send(JSON.stringify({ type, roomId: this.room, participantId: this.id ?? "", timestamp: Date.now(), ...fields }));
  }

  /** Waits for a message with these fields, gives it and forgets it. */
  async hears(type, fields = {}) {
    const matches = (message) => message.type === type && Object.entries(fields).every(([key, value]) => message[key] === value);
    const found = await this.awaits(`${type} ${JSON.stringify(fields)}`, () => this.told.find(matches));
    this.told.splice(this.told.indexOf(found), 1);
    return found;
  }

  /** Waits until it knows exactly the others of these names. */
  async sees(...names) {
    const wanted = names.sort().join();
    await this.awaits(`exactly ${wanted}`, () => [...this.others.values()].map(({ name }) => name).sort().join() === wanted || undefined);
  }

  /** Demands that no message of the type has come. What comes after it must have been waited for. */
  lacks(type, fields = {}) {
    const unwanted = this.told.filter((m) => m.type === type && Object.entries(fields).every(([key, value]) => m[key] === value));
    assert.deepEqual(unwanted, [], `${this.name} was told of ${type}`);
  }

  /** Waits until the server has ended its connection. */
  async isOut() {
    const late = new Promise((_, reject) => setTimeout(reject, patience, new Error(`${this.name} was not cut off`)).unref());
    await Promise.race([this.ended, late]);
  }

  close() {
    this.socket.close();
  }

  async awaits(what, found) {
    const signal = AbortSignal.timeout(patience);
    for (let is = found(); ; is = found()) {
      if (is !== undefined && is !== null) return is;
      await once(this.#frames, "frame", { signal }).catch((cause) => {
        throw new Error(`${this.name} was never told: ${what}; it was told ${JSON.stringify(this.told)}`, { cause });
      });
    }
  }
}

/** Negotiates between two as the web client does: the lower id offers. What is in the offer is theirs alone and arrives as it was sent. */
export async function negotiate(a, b) {
  const [caller, called] = a.id < b.id ? [a, b] : [b, a];
  const sdp = `v=0\r\no=${caller.name}\r\n`;
  const candidate = { candidate: "candidate:1 1 UDP 1 127.0.0.1 9 typ host", sdpMid: "0", sdpMLineIndex: 0, usernameFragment: null };
  caller.send("offer", { targetId: called.id, sdp, participantId: "forged" });
  const offer = await called.hears("offer", { participantId: caller.id, targetId: called.id });
  assert.equal(offer.sdp, sdp);
  called.send("answer", { targetId: caller.id, sdp: "v=0\r\n" });
  assert.equal((await caller.hears("answer", { participantId: called.id })).sdp, "v=0\r\n");
  caller.send("ice-candidate", { targetId: called.id, candidate });
  assert.deepEqual((await called.hears("ice-candidate", { participantId: caller.id })).candidate, candidate);
}
