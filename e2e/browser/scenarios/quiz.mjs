// A quiz: the answer stays hidden while it runs, right answers score, and the leaderboard ranks who gave them.
import assert from "node:assert/strict";
import { play } from "../stage.mjs";

const sums = {
  title: "Sums",
  type: "quiz",
  questions: [
    {
      text: "2 + 2",
      type: "single-choice",
      weight: 10,
      answer: { hidden: true },
      options: [{ text: "3" }, { text: "4", isCorrectAnswer: true }],
    },
    {
      text: "Even ones",
      type: "multiple-choice",
      weight: 5,
      answer: { hidden: true },
      options: [{ text: "1" }, { text: "2", isCorrectAnswer: true }, { text: "4", isCorrectAnswer: true }],
    },
  ],
};

const state = ({ polls }, wanted) => polls[0]?.state === wanted;

await play(async (stage) => {
  await stage.makeRoom();
  const alice = await stage.join("alice", "host");
  const bob = await stage.join("bob", "guest");
  const carol = await stage.join("carol", "guest");

  await alice.call("interactivityCenter.createPoll", sums);
  await alice.sees("its draft", state, "created");
  const [{ id }] = (await alice.view()).polls;
  await alice.call("interactivityCenter.startPoll", id);
  for (const peer of [bob, carol]) await peer.sees("the quiz running", state, "started");
  const [{ questions }] = (await bob.view()).polls;
  for (const { answer } of questions) assert.ok(!answer?.option && !answer?.options?.length, "the answer is hidden");

  const respond = "interactivityCenter.addResponsesToPoll";
  await carol.call(respond, id, [{ questionIndex: 1, option: 1 }, { questionIndex: 2, options: [2, 3] }]);
  await bob.call(respond, id, [{ questionIndex: 1, option: 2 }]);
  await bob.call(respond, id, [{ questionIndex: 2, options: [3, 2] }]);
  await alice.call("interactivityCenter.stopPoll", id);
  await alice.sees("the quiz stopped", state, "stopped");
  await alice.sees("the right answers", ({ polls }) => polls[0].questions.map(({ result }) => result?.correctResponses).join() === "1,2");

  const { entries, summary } = await alice.call("interactivityCenter.fetchLeaderboard", id, 0, 10);
  const ranks = entries.map(({ position, score, correctResponses, peer }) => [position, score, correctResponses, peer.username]);
  assert.deepEqual(ranks, [[1, 15, 2, "bob"], [2, 5, 1, "carol"]]);
  assert.equal(summary.votedUsers, 2);
  assert.equal(summary.correctUsers, 1);
});
