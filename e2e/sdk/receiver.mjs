// A receiver of webhooks on the loopback interface, that keeps what it was told.
import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";

/** How long an event may take to arrive. */
const patience = 20_000;

export class Receiver {
  /** The events as they arrived, each once. @type {{id: string, type: string, seq: number, data: any}[]} */
  events = [];
  /** The headers of every delivery. */
  headers = [];

  static async start() {
    const receiver = new Receiver();
    receiver.server = createServer((request, response) => receiver.#take(request, response)).listen(0, "127.0.0.1");
    await once(receiver.server, "listening");
    receiver.url = `http://127.0.0.1:${receiver.server.address().port}/hook`;
    return receiver;
  }

  async #take(request, response) {
    const event = await json(request);
    if (!this.events.some(({ id }) => id === event.id)) this.events.push(event);
    this.headers.push(request.headers);
    response.writeHead(200).end();
    this.server.emit("told");
  }

  /** Waits until this many different events have come, and gives them in the order in which they happened in their room. */
  async gathers(count) {
    const signal = AbortSignal.timeout(patience);
    while (this.events.length < count) {
      await once(this.server, "told", { signal }).catch((cause) => {
        throw new Error(`not ${count} events came, but ${this.events.map(({ type }) => type)}`, { cause });
      });
    }
    return [...this.events].sort((one, other) => one.seq - other.seq);
  }

  stop() {
    this.server.close();
    this.server.closeAllConnections();
  }
}
