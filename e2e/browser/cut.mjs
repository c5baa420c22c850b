// What stands between a page and Foyer's signalling, and can be cut: an open connection is torn, a new one refused.
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { url } from "../sdk/foyer.mjs";

/** Has the WebSocket of a peer that has not joined yet go through a line that can be cut. Media do not. */
export async function throughLine(peer) {
  const { hostname, port } = new URL(url);
  const open = new Set();
  const line = { cut: false };
  const server = createServer((near) => {
    if (line.cut) return near.destroy();
    const far = connect(Number(port), hostname);
    for (const [from, to] of [[near, far], [far, near]]) {
      open.add(from);
      from.on("error", () => {}); // a close follows
      from.on("close", () => to.destroy() && open.delete(from));
      from.pipe(to);
    }
  });
  server.listen(0, "127.0.0.1").unref();
  await once(server, "listening");

  await peer.page.route("**/init?*", async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    const endpoint = new URL(answer.endpoint);
    endpoint.port = String(server.address().port);
    await route.fulfill({ response, json: { ...answer, endpoint: endpoint.href } });
  });
  return {
    cut() {
      line.cut = true;
      for (const end of open) end.destroy();
    },
    mend() {
      line.cut = false;
    },
  };
}
