// Two in a call by the unmodified Prebuilt: pictures and sound both ways, and they are shown.
import { url } from "../../sdk/foyer.mjs";
import { talking } from "../call.mjs";
import { initEndpoint, play, tokenEndpoint } from "../stage.mjs";

const endpoints = { tokenByRoomCode: tokenEndpoint, init: initEndpoint, roomLayout: `${url}/v2/layouts/ui` };

/** How long calls take to be set up at most. */
const patience = 30_000;

/** Opens Prebuilt, goes through its preview and joins. */
async function join(stage, name, role) {
  const peer = await stage.open(name, "prebuilt", { roomCode: stage.codes[role], options: { userName: name, endpoints } });
  await peer.page.getByRole("button", { name: "Join Now" }).click();
  return peer;
}

/** Waits until pictures and sound have come in for a while, and another one's pictures are to be seen beside one's own. */
async function getsCall(peer, other) {
  const flows = async () => {
    const tracks = Object.values(await window.received());
    return tracks.some(({ frames }) => frames > 20) && tracks.some(({ kind, packets }) => kind === "audio" && packets > 50);
  };
  await peer.until("pictures and sound come in", flows, undefined, patience);
  const shown = () => [...document.querySelectorAll("video")].filter(({ videoWidth, currentTime }) => videoWidth > 2 && currentTime > 0).length >= 2;
  await peer.until("both pictures are shown", shown, undefined, patience);
  await peer.page.getByText(other).first().waitFor();
}

await play(async (stage) => {
  await stage.makeRoomOf(talking);
  const alice = await join(stage, "alice", "host");
  const bob = await join(stage, "bob", "guest");
  await getsCall(alice, "bob");
  await getsCall(bob, "alice");
});
