// A second create with a name that exists returns the same room, changed by what the second request names.
import assert from "node:assert/strict";
import { newRoom, sdk } from "./foyer.mjs";

const hms = sdk();
const { room: first, template } = await newRoom(hms, "math-9b");
const other = await hms.api.post("/templates", { name: "other", roles: { host: {} } });

const second = await hms.rooms.create({ name: "math-9b", template_id: other.id });
assert.equal(second.id, first.id);
assert.equal(first.template_id, template.id);
assert.equal(second.template_id, other.id);

const otherCase = await hms.rooms.create({ name: "Math-9B" });
assert.equal(otherCase.id, first.id);
assert.equal(otherCase.template_id, other.id, "what a request does not name stays");
