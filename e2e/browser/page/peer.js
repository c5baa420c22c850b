// The page of one peer: the unmodified SDK, and what the driver needs to steer it and to see what it sees.
import {
  HMSReactiveStore,
  selectHMSMessages,
  selectIsInPreview,
  selectLocalPeer,
  selectPeerCount,
  selectPeers,
  selectPolls,
  selectRoleChangeRequest,
  selectRoom,
  selectTracksMap,
} from "@100mslive/hms-video-store";

const hms = new HMSReactiveStore();
hms.triggerOnSubscribe();
const actions = hms.getActions();
const store = hms.getStore();

/** A copy that the driver can be sent, as things were at this moment. */
const copy = (value) => JSON.parse(JSON.stringify(value ?? null));

/** All notifications since the page was opened, in order. */
const notices = [];
hms.getNotifications().onNotification(({ type, data }) => notices.push({ type, data: copy(data) }));

/** Calls an action of the SDK, such as "sessionStore.set". A refusal comes back as a value, with its code. */
window.call = async (path, ...given) => {
  const names = path.split(".");
  const action = names.pop();
  const owner = names.reduce((object, name) => object[name], actions);
  try {
    return { value: copy(await owner[action](...given)) };
  } catch (error) {
    const { code, name, message, description } = error;
    return { error: { code, name, message: description ?? message } };
  }
};

/** Answers the request for a role change that the page shows. */
window.consent = (answer) => actions[answer](store.getState(selectRoleChangeRequest));

/** The elements of all pictures, by track. As in an app they have a size, by which the SDK asks for one of the layers. */
const tiles = new Map();

/** Gives each picture an element, and takes it away with the picture. */
store.subscribe((tracks) => {
  for (const { id, type } of Object.values(tracks)) {
    if (type !== "video" || tiles.has(id)) continue;
    const tile = Object.assign(document.createElement("video"), { autoplay: true, muted: true, playsInline: true });
    tiles.set(id, tile);
    window.resize(id, 160, 90);
    document.getElementById("app").append(tile);
    actions.attachVideo(id, tile);
  }
  for (const [id, tile] of tiles) {
    if (tracks[id] !== undefined) continue;
    tile.remove();
    tiles.delete(id);
  }
}, selectTracksMap);

/** Makes a picture's element so large. */
window.resize = (id, width, height) => Object.assign(tiles.get(id).style, { width: `${width}px`, height: `${height}px` });

/** What the page shows at this moment. */
window.view = () => ({
  room: copy(store.getState(selectRoom)),
  inPreview: store.getState(selectIsInPreview),
  peerCount: store.getState(selectPeerCount),
  me: copy(store.getState(selectLocalPeer)),
  peers: copy(store.getState(selectPeers)),
  tracks: copy(store.getState(selectTracksMap)),
  messages: copy(store.getState(selectHMSMessages)),
  polls: copy(store.getState(selectPolls)),
  values: copy(store.getState().sessionStore),
  request: copy(store.getState(selectRoleChangeRequest)),
  notices,
});
