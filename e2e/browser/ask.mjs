import { once } from "node:events";
import { createInterface } from "node:readline";

/** Asks whoever runs this script to do something to the server, such as "kill", and waits until it is done. */
export async function ask(what) {
  const answers = createInterface({ input: process.stdin });
  console.log(what);
  await once(answers, "line");
  answers.close();
}
