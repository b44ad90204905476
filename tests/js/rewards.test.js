import assert from "node:assert/strict";
import { test } from "node:test";

import {
  levelAt,
  news,
  standingOf,
  xpOf,
  xpWords,
} from "../../static/js/runner/rewards.js";
import { reduce } from "../../static/js/runner/state.js";
import { VERDICT, makeState, serverState } from "./cast.js";

const REWARD = { xp: 10, coins: 5 };
const STANDING = {
  xp: 490,
  level: 1,
  level_starts_at: 0,
  next_levels: [500, 1000, 1500, 2000, 2500],
};
const WRONG = { ...VERDICT, right: false, points: 0 };

const practice = (more = {}) =>
  makeState({ mode: "practice", standing: STANDING, ...more });

/** The server's word on a committed answer, as the queue passes it on. */
const settled = (question, reward = REWARD, verdict = VERDICT) => ({
  type: "answer",
  question,
  choices: [1],
  seq: 100 + question,
  settled: true,
  verdict,
  reward,
});
const play = (state, events) => events.reduce(reduce, state);

test("XP is what the server told and what was earned since", () => {
  const state = play(practice(), [settled(2), settled(0, null, WRONG), settled(3)]);
  assert.equal(xpOf(practice()), 490);
  assert.equal(xpOf(state), 510);
  assert.deepEqual(state.rewards, { 2: REWARD, 3: REWARD });
});

test("an answer that is told again, by whomever, counts once", () => {
  const once = play(practice(), [settled(2)]);
  const again = play(once, [settled(2), settled(2)]);
  assert.equal(xpOf(again), 500);
  // The state of a moment later has it in its sum already.
  const server = serverState({
    mode: "practice",
    standing: { ...STANDING, xp: 500, level: 2, level_starts_at: 500 },
    answers: { 2: { choices: [1], seq: 102 } },
    verdicts: { 2: VERDICT },
    rewards: { 2: REWARD },
  });
  assert.equal(xpOf(play(again, [{ type: "server", server }])), 500);
  assert.equal(xpOf(play(again, [{ type: "server", server }, settled(2)])), 500);
});

test("a state that was on its way while an answer came does not undo it", () => {
  const server = serverState({ mode: "practice", standing: STANDING });
  const state = play(practice(), [settled(2), { type: "server", server }]);
  assert.equal(xpOf(state), 500);
});

test("what another device was paid for in between is not counted here as well", () => {
  const server = serverState({
    mode: "practice",
    standing: { ...STANDING, xp: 500 },
    answers: { 2: { choices: [1], seq: 102 } },
    verdicts: { 2: VERDICT },
    rewards: {},
  });
  const state = play(practice(), [settled(2), { type: "server", server }]);
  assert.equal(xpOf(state), 500);
  assert.deepEqual(state.rewards, {});
});

test("a closed attempt, which is told of no XP, forgets nothing", () => {
  const server = serverState({ mode: "practice", state: "finished" });
  server.answers = { 2: { choices: [1], seq: 102 } };
  server.verdicts = { 2: VERDICT };
  const state = play(practice(), [settled(2), { type: "server", server }]);
  assert.equal(xpOf(state), 500);
});

test("an exam knows no XP", () => {
  const state = makeState();
  assert.equal(standingOf(serverState()), null);
  assert.equal(xpOf(state), null);
  assert.deepEqual(news(state, []), { xp: 0, answers: 0, level: null });
});

test("an answer on its way has brought nothing yet", () => {
  const sent = { type: "answer", question: 2, choices: [1], seq: 9 };
  const state = play(practice(), [sent]);
  assert.equal(xpOf(state), 490);
});

test("levels begin exactly at their step", () => {
  const standing = standingOf(serverState({ standing: STANDING }));
  const at = (xp) => levelAt(standing, xp);
  assert.deepEqual(at(0), { level: 1, end: 500, share: 0 });
  assert.deepEqual(at(499), { level: 1, end: 500, share: 0.998 });
  assert.deepEqual(at(500), { level: 2, end: 1000, share: 0 });
  assert.equal(at(1750).level, 4);
  assert.equal(at(1750).share, 0.5);
  assert.equal(at(9999).level, 6, "no further than is known");
  assert.equal(at(9999).share, 0);
});

test("the answer that reaches a level says so, the ones around it do not", () => {
  const before = play(practice({ standing: { ...STANDING, xp: 480 } }), [settled(2)]);
  assert.deepEqual(news(before, [2]), { xp: 10, answers: 1, level: null });
  const there = play(before, [settled(0)]);
  assert.deepEqual(news(there, [0]), { xp: 10, answers: 1, level: 2 });
  const after = play(there, [settled(3)]);
  assert.deepEqual(news(after, [3]), { xp: 10, answers: 1, level: null });
});

test("several that come together are one piece of news", () => {
  const state = play(practice(), [settled(2), settled(0), settled(3)]);
  assert.deepEqual(news(state, [2, 0, 3]), { xp: 30, answers: 3, level: 2 });
});

test("a level that the state already knows is news with the answer that made it", () => {
  // The page died before the server's word on the answer came; then it was sent again.
  const state = practice({
    standing: {
      xp: 500,
      level: 2,
      level_starts_at: 500,
      next_levels: [1000, 1500, 2000, 2500, 3000],
    },
    answers: { 2: { choices: [1], seq: 102 } },
    verdicts: { 2: VERDICT },
    rewards: { 2: REWARD },
  });
  assert.deepEqual(news(state, [2]), { xp: 10, answers: 1, level: 2 });
});

test("numbers are written for people", () => {
  assert.equal(xpWords(1250), "1,250 XP");
});
