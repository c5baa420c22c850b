// Two in networks that let nothing through but Foyer's TURN server: pictures and sound both ways, over UDP and over TCP.
import assert from "node:assert/strict";
import { allGetAll, talking } from "../call.mjs";
import { play } from "../stage.mjs";

await play(async (stage) => {
  for (const relay of ["udp", "tcp"]) {
    await stage.makeRoomOf(talking);
    const alice = await stage.join(`alice by ${relay}`, "host", {}, { relay });
    const bob = await stage.join(`bob by ${relay}`, "guest", {}, { relay });
    await allGetAll(alice, bob);
    for (const peer of [alice, bob]) {
      const ends = (await peer.ends()).map(({ candidateType, relayProtocol }) => `${candidateType} by ${relayProtocol}`);
      assert.deepEqual(ends, Array(2).fill(`relay by ${relay}`), `the ways of ${peer.name}`);
      await peer.call("leave");
    }
  }
});
