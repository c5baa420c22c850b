// A named peer: one page in a browser context of its own, so that it can lose its network alone.
import { mkdir } from "node:fs/promises";
import { setTimeout as elapse } from "node:timers/promises";
import { Frames } from "./frames.mjs";
import { overhear } from "./overhear.mjs";

/** How long a page is given to show what it must. It is far above what that takes on a busy machine. */
const patience = 20_000;

/** A refusal by the server as the app sees it: a code beside the message. */
export class Refusal extends Error {
  constructor(who, action, { code, name, message }) {
    super(`${who}: ${action}: ${name ?? "error"} ${code ?? ""}: ${message}`);
    this.code = code;
  }
}

export class Peer {
  /** Opens the peer's page. Nothing of Foyer is asked yet. */
  static async open(browser, name, url, given) {
    const context = await browser.newContext();
    await context.addInitScript((value) => Object.assign(window, { given: value }), given);
    await context.addInitScript(overhear);
    const peer = new Peer(name, context, await context.newPage());
    await peer.page.goto(url);
    return peer;
  }

  constructor(name, context, page) {
    Object.assign(this, { name, context, page, uncaught: [], frames: new Frames(page) });
    page.on("pageerror", (error) => this.uncaught.push(error.stack ?? String(error)));
  }

  /** Calls an action of the SDK by its path, such as "sessionStore.set", and gives what it resolves to. */
  async call(action, ...given) {
    const { value, error } = await this.page.evaluate(([path, args]) => window.call(path, ...args), [action, given]);
    if (error) throw new Refusal(this.name, action, error);
    return value;
  }

  /** Waits until the page reaches an address: a browser that was offline needs a moment. */
  reaches(url) {
    return this.until(`that ${url} is reached`, (to) => fetch(to, { mode: "no-cors" }).then(() => true, () => false), url);
  }

  /** Answers the request for a role change that the page shows, by "acceptChangeRole" or "rejectChangeRole". */
  consent(answer) {
    return this.page.evaluate((given) => window.consent(given), answer);
  }

  /** What the page shows at this moment: page/peer.js says what that is. */
  view() {
    return this.page.evaluate(() => window.view());
  }

  /**
   * Waits until the page shows something, and gives what holds gave.
   * @param {string} what in words, for the failure
   * @param {(view: object, given: any) => any} holds runs in the page, so it sees nothing but its two parameters
   * @param {any} [given]
   */
  async sees(what, holds, given) {
    const expression = `(${holds})(window.view(), ${JSON.stringify(given ?? null)})`;
    try {
      const shown = await this.page.waitForFunction(expression, undefined, { timeout: patience, polling: 50 });
      return await shown.jsonValue();
    } catch (cause) {
      throw new Error(`${this.name} never saw ${what}`, { cause });
    }
  }

  /**
   * Waits until a question that takes the page a while is answered by what is true, and gives that. Playwright's own waitForFunction takes
   * the promise of an answer for one.
   * @param {string} what in words, for the failure
   * @param {(given: any) => Promise<any>} asks runs in the page
   * @param {any} [given]
   * @param {number} [longest] in milliseconds
   */
  async until(what, asks, given, longest = patience) {
    const deadline = Date.now() + longest;
    for (;;) {
      const answer = await this.page.evaluate(asks, given);
      if (answer) return answer;
      if (Date.now() > deadline) throw new Error(`${this.name} waited ${longest / 1000} s in vain until ${what}`);
      await elapse(200);
    }
  }

  /** Waits for the peers of these names, and for no others, in any order. */
  seesPeers(...names) {
    const holds = ({ peers }, wanted) => JSON.stringify(peers.map(({ name }) => name).sort()) === JSON.stringify(wanted);
    return this.sees(`exactly ${names.join(", ")}`, holds, names.sort());
  }

  /** Waits for a message with this text and gives it. */
  async hears(text) {
    await this.sees(`the message "${text}"`, ({ messages }, wanted) => messages.some(({ message }) => message === wanted), text);
    return (await this.view()).messages.find(({ message }) => message === text);
  }

  /** Waits for a notification of the type, and gives what all of that type so far brought along. */
  async notices(type) {
    await this.sees(`a notification ${type}`, ({ notices }, wanted) => notices.some((notice) => notice.type === wanted), type);
    return this.noticed(type);
  }

  /** What the notifications of the type brought along so far. */
  async noticed(type) {
    const { notices } = await this.view();
    return notices.filter((notice) => notice.type === type).map(({ data }) => data);
  }

  /** What has come in so far, by track; overhear.mjs says what that is. */
  received() {
    return this.page.evaluate(() => window.received());
  }

  /** The page's own end of the way that each of its peer connections has found, as RTCIceCandidateStats. */
  ends() {
    return this.page.evaluate(() => window.ends());
  }

  /** Makes the element of a picture so large. */
  resize(id, [width, height]) {
    return this.page.evaluate((given) => window.resize(...given), [id, width, height]);
  }

  /** The peer's own id, which its page chose. */
  async id() {
    return (await this.view()).me.id;
  }

  /** Tells what went on at this peer, for a failure, and leaves a picture of its page in the folder. */
  async account(folder) {
    await mkdir(folder, { recursive: true });
    await this.page.screenshot({ path: `${folder}/${this.name}.png`, timeout: 5_000 }).catch(() => {});
    const view = await this.view().catch(() => undefined);
    const wires = await this.page.evaluate(() => window.wires()).catch(() => []);
    return [`--- ${this.name}`, JSON.stringify(view), ...wires.map((wire) => JSON.stringify(wire)), ...this.uncaught, ...this.frames.last].join("\n");
  }
}
