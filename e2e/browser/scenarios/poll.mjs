// A poll from its creation to its result: drafted, started, voted on, counted, stopped, and found by who comes later.
import assert from "node:assert/strict";
import { play } from "../stage.mjs";

const everybody = ["host", "guest", "speaker"];
const lunch = {
  title: "Lunch",
  type: "poll",
  rolesThatCanVote: ["guest", "speaker"],
  rolesThatCanViewResponses: everybody,
  questions: [
    { text: "What?", type: "single-choice", options: [{ text: "soup" }, { text: "rice" }, { text: "bread" }] },
    { text: "When?", type: "multiple-choice", skippable: true, options: [{ text: "at 12" }, { text: "at 13" }] },
  ],
};

const state = ({ polls }, wanted) => polls.some(({ title, state }) => title === "Lunch" && state === wanted);
const counts = ({ polls }, wanted) =>
  JSON.stringify(polls[0]?.questions.map(({ options }) => options.map(({ voteCount }) => voteCount ?? 0))) === JSON.stringify(wanted);

await play(async (stage) => {
  await stage.makeRoom();
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest");
  const carol = await stage.join("carol", "speaker");

  await assert.rejects(bob.call("interactivityCenter.createPoll", lunch), { code: 403 });
  await alice.call("interactivityCenter.createPoll", lunch);
  await alice.sees("its draft", state, "created");
  const [{ id, questions }] = (await alice.view()).polls;
  assert.deepEqual(questions.map(({ text }) => text), ["What?", "When?"]);

  await alice.call("interactivityCenter.startPoll", id);
  for (const peer of [alice, bob, carol]) {
    await peer.notices("POLL_STARTED");
    await peer.sees("the poll running", state, "started");
  }
  const [shown] = (await bob.view()).polls;
  assert.deepEqual(shown.questions[0].options.map(({ text }) => text), ["soup", "rice", "bread"]);
  assert.equal(shown.startedBy, await alice.id());

  const respond = "interactivityCenter.addResponsesToPoll";
  await bob.call(respond, id, [{ questionIndex: 1, option: 2 }]);
  await bob.call(respond, id, [{ questionIndex: 2, options: [1, 2] }]);
  await carol.call(respond, id, [{ questionIndex: 1, option: 2 }, { questionIndex: 2, skipped: true }]);
  await alice.sees("the votes as they come", counts, [[0, 2, 0], [1, 1]]);

  await alice.call("interactivityCenter.stopPoll", id);
  for (const peer of [alice, bob, carol]) {
    await peer.notices("POLL_STOPPED");
    await peer.sees("the poll stopped", state, "stopped");
    await peer.sees("the result", counts, [[0, 2, 0], [1, 1]]);
  }
  const [{ result }] = (await alice.view()).polls;
  assert.equal(result.totalUsers, 2);
  await assert.rejects(bob.call(respond, id, [{ questionIndex: 1, option: 1 }]), (refusal) => refusal.code >= 400 && refusal.code < 500);

  const dave = await stage.join("dave", "host");
  await dave.call("interactivityCenter.getPolls");
  await dave.sees("the poll of before", state, "stopped");
});
