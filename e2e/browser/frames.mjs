// The last frames of a page's WebSockets, for the account of a failure.

const kept = 60;

export class Frames {
  /** @type {string[]} */
  last = [];

  constructor(page) {
    page.on("websocket", (socket) => {
      this.note("opened");
      socket.on("framesent", ({ payload }) => this.note(`> ${payload}`));
      socket.on("framereceived", ({ payload }) => this.note(`< ${payload}`));
      socket.on("close", () => this.note("closed"));
    });
  }

  /** Keeps a line, unless it is one of the many that tell nothing. */
  note(line) {
    if (/"method":"(ping|analytics|active-speakers|on-connection-quality-update)"|^< .{0,90}"result":\{"timestamp"/.test(line)) return;
    this.last.push(`${new Date().toISOString().slice(14, 23)} ${line.slice(0, 400)}`);
    if (this.last.length > kept) this.last.shift();
  }
}
