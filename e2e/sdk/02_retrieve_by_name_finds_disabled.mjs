// A disabled room is still found by its name.
import assert from "node:assert/strict";
import { newRoom, sdk } from "./foyer.mjs";

const hms = sdk();
const { room } = await newRoom(hms, "closed");
const disabled = await hms.rooms.enableOrDisable(room.id, false);
assert.equal(disabled.enabled, false);

const found = await hms.rooms.retrieveByName("closed");
assert.equal(found.id, room.id);
assert.equal(found.enabled, false);
