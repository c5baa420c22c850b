// What the scenarios of pictures and sound share: roles that have media, and what a peer gets of another one's tracks.
import assert from "node:assert/strict";
import { setTimeout as elapse } from "node:timers/promises";
import { everything } from "../sdk/live.mjs";

/** How long tracks are given to come in: connections have to be made first. */
const patience = 30_000;

/** How long nothing at all has to come in of a track that is muted. */
const quiet = 2_000;

const names = ["host", "guest", "speaker", "viewer"];

/** What a role publishes: small pictures, since one machine has to make and to show those of all peers. */
export const published = {
  allowed: ["audio", "video", "screen"],
  video: { bitRate: 100, frameRate: 8, width: 160, height: 90 },
  screen: { bitRate: 500, frameRate: 5, width: 480, height: 270 },
};

const hears = { subscribeParams: { subscribeToRoles: names } };

const talks = { publishParams: published, ...hears };

/** Roles in which all hear all. A viewer publishes nothing, and a bystander hears nothing either; a host may do all. */
export const talking = {
  host: { ...talks, permissions: everything },
  guest: talks,
  speaker: talks,
  viewer: { publishParams: { allowed: [] }, ...hears },
  bystander: { publishParams: { allowed: [] }, subscribeParams: { subscribeToRoles: [] } },
};

/** The id of a track, as soon as the peer knows of it. Whose is the name of the one who publishes it. */
export function trackOf(peer, whose, kind, source = "regular") {
  const holds = ({ peers, tracks }, [whose, kind, source]) => {
    const owner = peers.find(({ name }) => name === whose)?.id;
    return Object.values(tracks).find((track) => track.peerId === owner && track.type === kind && track.source === source)?.id;
  };
  return peer.sees(`the ${source} ${kind} of ${whose}`, holds, [whose, kind, source]);
}

/** Waits until a track comes in, and goes on to: pictures that are decoded, or packets of sound. Gives its id. */
export async function gets(peer, whose, kind, source) {
  const id = await trackOf(peer, whose, kind, source);
  const known = async (id) => (await window.received())[id];
  const before = await peer.until(`the ${kind} of ${whose} is offered`, known, id, patience);
  const more = async ([id, before]) => {
    const { [id]: now } = await window.received();
    if (now === undefined) return false;
    return now.kind === "video" ? now.frames > (before.frames ?? 0) + 3 : now.packets > before.packets + 10;
  };
  await peer.until(`more of the ${kind} of ${whose} comes in than ${JSON.stringify(before)}`, more, [id, before], patience);
  return id;
}

/** Waits until the peer gets the camera and the microphone of each of the others. */
export async function getsAll(peer, others) {
  await Promise.all(others.flatMap(({ name }) => [gets(peer, name, "video"), gets(peer, name, "audio")]));
}

/** Waits until each of the peers gets each other one. */
export async function allGetAll(...peers) {
  await Promise.all(peers.map((peer) => getsAll(peer, peers.filter((other) => other !== peer))));
}

/** Waits until nothing comes in of a track any more, or there is no such track. */
export async function ceases(peer, id) {
  const deadline = Date.now() + patience;
  for (;;) {
    const { [id]: before } = await peer.received();
    await elapse(quiet);
    const { [id]: after } = await peer.received();
    if (after === undefined || (after.packets === before.packets && after.frames === before.frames)) return;
    assert.ok(Date.now() < deadline, `${peer.name} still gets ${after.kind} of ${id}`);
  }
}
