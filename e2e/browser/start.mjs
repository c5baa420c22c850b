// Starts what all scenarios share: one headless Chromium, and a web server for its pages, whose origin is not Foyer's.
// Prints where both are as one line of JSON, and ends when its standard input does.
import { once } from "node:events";
import { createServer } from "node:http";
import { chromium } from "playwright-core";
import { bundle } from "./bundle.mjs";

/** The only hosts that pages reach: what the SDK tells its maker's cloud stays here. FOYER_HOST is where Foyer is when it is not there. */
const hosts = ["127.0.0.1", process.env.FOYER_HOST].filter(Boolean);

const flags = [
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  "--allow-loopback-in-peer-connection", // where Foyer's media engine is
  `--host-resolver-rules=${["MAP * ~NOTFOUND", ...hosts.map((host) => `EXCLUDE ${host}`)].join(", ")}`,
];

/** One Chromium for all, as the scripts of the scenarios connect to it. */
function launch() {
  return chromium.launchServer({
    executablePath: process.env.FOYER_CHROMIUM,
    headless: true,
    chromiumSandbox: false, // it does not work for root
    args: flags,
    host: "127.0.0.1",
  });
}

/** A web server for the pages, on a free port of the loopback interface. */
async function serve(files) {
  const server = createServer((request, response) => {
    const file = files.get(new URL(request.url, "http://pages").pathname);
    if (file === undefined) return response.writeHead(404).end();
    response.writeHead(200, { "Content-Type": file.type }).end(file.contents);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${server.address().port}`;
}

const [browser, pages] = await Promise.all([launch(), bundle().then(serve)]);
console.log(JSON.stringify({ browser: browser.wsEndpoint(), pages }));

process.stdin.resume();
await once(process.stdin, "end");
await browser.close();
process.exit();
