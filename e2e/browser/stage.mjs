// What every scenario begins with: the shared browser, a fresh room on the Foyer under test, and peers to enter it.
import { basename } from "node:path";
import { chromium } from "playwright-core";
import { sdk, url } from "../sdk/foyer.mjs";
import { liveRoom, roomOf } from "../sdk/live.mjs";
import { Peer } from "./peer.mjs";

/** The full URL of the exchange, as the SDK's override wants it. */
export const tokenEndpoint = `${url}/v2/token`;

/** Plain http works with a tail that only satisfies the SDK's search for https (client contract 2). */
export const initEndpoint = `${url}/https://`;

/** Plays one scenario. When it fails, every peer gives its account. */
export async function play(scenario) {
  const browser = await chromium.connect(process.env.FOYER_BROWSER);
  const stage = new Stage(browser);
  try {
    await scenario(stage);
    stage.demandNoUncaught();
  } catch (error) {
    console.error(error);
    for (const peer of stage.cast) console.error(await peer.account(`.build/pictures/${basename(process.argv[1], ".mjs")}`));
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}

class Stage {
  /** The peers whose pages are open. @type {Peer[]} */
  cast = [];
  hms = sdk();

  constructor(browser) {
    this.browser = browser;
  }

  /** Makes a room with a code for each role; see liveRoom. */
  async makeRoom(...given) {
    Object.assign(this, await liveRoom(this.hms, ...given));
  }

  /** Makes a room with a code for each of the roles; see roomOf. */
  async makeRoomOf(roles) {
    Object.assign(this, await roomOf(this.hms, roles));
  }

  /** Opens a page for somebody who is not in the room yet; given is what the page finds in window.given. */
  async open(name, page = "peer", given = {}) {
    const peer = await Peer.open(this.browser, name, `${process.env.FOYER_PAGES}/${page}`, given);
    this.cast.push(peer);
    return peer;
  }

  /** What preview and join are given: a fresh token of the role, and where Foyer is. Without a user id the exchange invents one. */
  async config(peer, role, { userId, ...more } = {}) {
    const request = { roomCode: this.codes[role], userId };
    const authToken = await peer.call("getAuthTokenByRoomCode", request, { endpoint: tokenEndpoint });
    return { userName: peer.name, authToken, initEndpoint, ...more };
  }

  /** Opens a page and joins in the role. Given is what the page finds in window.given. */
  async join(name, role, more, given) {
    const peer = await this.open(name, "peer", given);
    await peer.call("join", await this.config(peer, role, more));
    await peer.sees("itself in the room", ({ room }) => room.isConnected && room.roomState === "Connected");
    return peer;
  }

  /** What the SDK throws in the handler of a notification ends nowhere else. */
  demandNoUncaught() {
    for (const { name, uncaught } of this.cast) {
      if (uncaught.length > 0) throw new Error(`${name}'s page had an uncaught error`);
    }
  }
}
