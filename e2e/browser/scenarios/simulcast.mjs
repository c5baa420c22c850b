// A picture that is published in three sizes: a small tile gets the small one, a large tile the large one, each for itself.
import assert from "node:assert/strict";
import { talking, trackOf } from "../call.mjs";
import { play } from "../stage.mjs";

/** Below 960x540 Chromium leaves out the smallest of three layers. */
const publishParams = {
  allowed: ["video"],
  video: { bitRate: 500, frameRate: 8, width: 960, height: 540 },
  simulcast: {
    video: {
      layers: [
        { rid: "f", scaleResolutionDownBy: 1, maxBitrate: 500, maxFramerate: 8 },
        { rid: "h", scaleResolutionDownBy: 2, maxBitrate: 150, maxFramerate: 8 },
        { rid: "q", scaleResolutionDownBy: 4, maxBitrate: 60, maxFramerate: 8 },
      ],
    },
  },
};

/** The layers by the widths of their pictures: an encoder on a busy machine makes them smaller, but not as small as the next layer's. */
const widths = { low: [1, 240], medium: [241, 480], high: [481, 960] };

const tiles = { low: [160, 90], medium: [480, 270], high: [960, 540] };

/** How long a change of the layer may take: the encoder has to find out that there is room for a large one. */
const patience = 60_000;

/** Waits until pictures of a layer come in, and go on to. */
async function getsLayer(peer, id, layer) {
  const next = async ([id, [least, most], frames]) => {
    const { [id]: now } = await window.received();
    return now?.width >= least && now.width <= most && now.frames > frames && now;
  };
  let frames = 0;
  for (const more of [0, 5, 5]) {
    ({ frames } = await peer.until(`pictures of the layer ${layer} come in`, next, [id, widths[layer], frames + more], patience));
  }
}

await play(async (stage) => {
  await stage.makeRoomOf({ ...talking, speaker: { publishParams } });
  const alice = await stage.join("alice", "speaker");
  const bob = await stage.join("bob", "viewer");
  const carol = await stage.join("carol", "viewer");
  const id = await trackOf(bob, "alice", "video");
  await trackOf(carol, "alice", "video");
  const { tracks } = await bob.view();
  assert.deepEqual(tracks[id].layerDefinitions.map(({ layer }) => layer).sort(), ["high", "low", "medium"]);

  const show = (peer, layer) => peer.resize(id, tiles[layer]);
  await show(bob, "low");
  await show(carol, "high");
  await getsLayer(bob, id, "low");
  await getsLayer(carol, id, "high");
  await getsLayer(bob, id, "low");

  await show(bob, "high");
  await show(carol, "low");
  await getsLayer(bob, id, "high");
  await getsLayer(carol, id, "low");
  await show(bob, "medium");
  await getsLayer(bob, id, "medium");
  await getsLayer(carol, id, "low");
});
