// A template that is read and posted back as it is stays as it was, with every key that Foyer knows nothing of.
import assert from "node:assert/strict";
import { sdk } from "./foyer.mjs";

const hms = sdk();
const sent = {
  name: "classroom",
  roles: {
    host: {
      priority: 2,
      maxPeerCount: 3,
      permissions: { endRoom: true, pollWrite: true, "x-permission": true },
      publishParams: { allowed: ["audio", "video"], "x-publish": { deep: [1, 2.5, null, "é", { a: [] }] } },
      subscribeParams: { subscribeToRoles: ["host", "guest"], "x-subscribe": "kept" },
      "x-role": [false, {}],
    },
    guest: {},
    viewer: { publishParams: { allowed: [] } },
  },
  settings: {
    region: "eu",
    recording: {
      enabled: true,
      upload: {
        type: "s3",
        location: "bucket",
        prefix: "recordings",
        options: { region: "eu-west-1" },
        credentials: { key: "storage-key", secretKey: "storage-secret" },
      },
    },
    roomState: { messageInterval: 10, sendPeerList: true, stopRoomStateOnJoin: false, enabled: true },
    videoSimulcastLayers: { layers: [{ rid: "f", scaleResolutionDownBy: 1.25 }] },
    "x-settings": { 'quoted "key"': "<&>" },
  },
  destinations: {
    rtmpDestinations: { main: { name: "main", width: 1280, height: 720, "x-destination": 1 } },
    "x-destinations": {},
  },
  plugins: { noiseCancellation: { enabled: true }, "x-plugin": ["kept"] },
  "x-template": { kept: true },
};

const { id } = await hms.api.post("/templates", sent);
const first = await hms.api.get(`/templates/${id}`);
await hms.api.post(`/templates/${id}`, structuredClone(first));
const second = await hms.api.get(`/templates/${id}`);

const { updatedAt: _first, ...before } = first;
const { updatedAt: _second, ...after } = second;
assert.deepEqual(after, before);

// What was sent is in there, but for the storage credentials, which are never shown.
assert.equal(JSON.stringify(first).includes("storage-secret"), false);
delete sent.settings.recording.upload.credentials;
assertHolds(first, sent, "template");

/** Demands that every key of want is in got with the same value; got may have more, since defaults are filled in. */
function assertHolds(got, want, path) {
  if (want === null || typeof want !== "object" || Array.isArray(want)) {
    assert.deepEqual(got, want, path);
    return;
  }
  for (const key of Object.keys(want)) {
    assert.ok(got !== null && typeof got === "object" && key in got, `${path}.${key} is missing`);
    assertHolds(got[key], want[key], `${path}.${key}`);
  }
}
