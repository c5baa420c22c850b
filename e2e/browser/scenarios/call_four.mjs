// Four in a call: all get all, also who comes late; and a viewer who is made a speaker is seen and heard for as long as it is one.
import { allGetAll, ceases, getsAll, talking, trackOf } from "../call.mjs";
import { play } from "../stage.mjs";

const silent = ({ tracks }, id) => Object.values(tracks).every(({ peerId }) => peerId !== id);

await play(async (stage) => {
  await stage.makeRoomOf(talking);
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest");
  const carol = await stage.join("carol", "speaker");
  const others = [alice, bob, carol];
  await allGetAll(...others);

  const settings = { isAudioMuted: false, isVideoMuted: false }; // else the SDK begins muted in a role that is given later
  const dave = await stage.join("dave", "viewer", { settings });
  await getsAll(dave, others);
  const id = await dave.id();
  for (const peer of others) await peer.sees("no track of the viewer", silent, id);

  await alice.call("changeRoleOfPeer", id, "speaker", true);
  await allGetAll(...others, dave);
  const tracks = [await trackOf(alice, "dave", "video"), await trackOf(alice, "dave", "audio")];
  await alice.call("changeRoleOfPeer", id, "viewer", true);
  await Promise.all(others.flatMap((peer) => tracks.map((track) => ceases(peer, track))));
  for (const peer of others) await peer.sees("no track of the viewer any more", silent, id);
  await getsAll(dave, others);

  await dave.call("leave");
  for (const peer of others) await peer.seesPeers("alice", "bob", "carol");
  await allGetAll(...others);
});
