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

/** What the page shows at this moment. */
window.view = () => ({
  room: copy(store.getState(selectRoom)),
  inPreview: store.getState(selectIsInPreview),
  peerCount: store.getState(selectPeerCount),
  me: copy(store.getState(selectLocalPeer)),
  peers: copy(store.getState(selectPeers)),
  messages: copy(store.getState(selectHMSMessages)),
  polls: copy(store.getState(selectPolls)),
  values: copy(store.getState().sessionStore),
  request: copy(store.getState(selectRoleChangeRequest)),
  notices,
});
