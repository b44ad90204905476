import assert from "node:assert/strict";
import { test } from "node:test";

import * as select from "../../static/js/runner/select.js";
import { reduce } from "../../static/js/runner/state.js";
import { QUESTIONS, VERDICT, makeState } from "./cast.js";

const answers = (entries) =>
  Object.fromEntries(entries.map(([q, choices, seq]) => [q, { choices, seq }]));

test("one choice replaces the other where one is asked for", () => {
  assert.deepEqual(select.toggled(QUESTIONS[0], [2], 1).choices, [1]);
  assert.deepEqual(select.toggled(QUESTIONS[0], [], 3).choices, [3]);
});

test("a second click takes the one choice back only where it may", () => {
  assert.deepEqual(select.toggled(QUESTIONS[0], [2], 2).choices, [2]);
  assert.deepEqual(select.toggled(QUESTIONS[0], [2], 2, true).choices, []);
  assert.deepEqual(select.toggled(QUESTIONS[0], [2], 1, true).choices, [1]);
});

test("where two are asked for a third is refused and a second click takes back", () => {
  const { choices } = select.toggled(QUESTIONS[3], [4], 1);
  assert.deepEqual(choices, [1, 4]);
  assert.deepEqual(select.toggled(QUESTIONS[3], choices, 0), {
    choices,
    refused: true,
  });
  assert.deepEqual(select.toggled(QUESTIONS[3], choices, 4).choices, [1]);
});

test("an answer that was taken back counts as unanswered", () => {
  const state = makeState({
    answers: answers([
      [2, [1], 5],
      [0, [], 6],
    ]),
  });
  const counts = { answered: 1, partly: 0, unanswered: 3, flagged: 0 };
  assert.deepEqual(select.counts(state), counts);
});

test("a question that wants two choices and has one is partly answered", () => {
  let state = makeState({ answers: answers([[3, [1], 5]]) });
  const counts = { answered: 0, partly: 1, unanswered: 3, flagged: 0 };
  assert.deepEqual(select.counts(state), counts);
  assert.equal(select.firstPartly(state), 2);
  assert.equal(select.marks(state, 2).answered, false);
  assert.deepEqual(select.marks(state, 2).part, { chosen: 1, choose: 2 });
  state = reduce(state, { type: "answer", question: 3, choices: [1, 4], seq: 6 });
  assert.deepEqual(select.counts(state), { ...counts, answered: 1, partly: 0 });
  assert.equal(select.firstPartly(state), -1);
  assert.equal(select.marks(state, 2).part, null);
});

test("an exam's answer that one choice was taken from is partly answered at once", () => {
  let state = makeState({ answers: answers([[3, [1, 4], 5]]) });
  state = reduce(state, { type: "draft", question: 3, choices: [4], seq: 6 });
  assert.equal(select.extent(state, 3), "part");
});

test("in practice what is not submitted is no answer, and no part of one", () => {
  let state = makeState({ mode: "practice" });
  state = reduce(state, { type: "draft", question: 3, choices: [1], seq: 5 });
  assert.equal(select.extent(state, 3), "none");
});

test("flags that were taken off do not count", () => {
  const flags = { 3: { on: true, seq: 1 }, 1: { on: false, seq: 2 } };
  const state = makeState({ flags });
  assert.equal(select.counts(state).flagged, 1);
  assert.equal(select.firstFlagged(state), 2);
});

test("the phases of a practice question", () => {
  let state = makeState({ mode: "practice" });
  assert.equal(select.phase(state), "open");
  state = reduce(state, { type: "draft", question: 2, choices: [1], seq: 5 });
  assert.equal(select.phase(state), "ready");
  const answer = { type: "answer", question: 2, choices: [1], seq: 6 };
  state = reduce(state, answer);
  assert.equal(select.phase(state), "sent");
  state = reduce(state, { ...answer, settled: true, verdict: VERDICT });
  assert.equal(select.phase(state), "told");
});

test("a question that takes two choices is ready only with two", () => {
  let state = makeState({ mode: "practice", position: 2 });
  state = reduce(state, { type: "draft", question: 3, choices: [1], seq: 5 });
  assert.equal(select.phase(state), "open");
  state = reduce(state, { type: "draft", question: 3, choices: [1, 4], seq: 6 });
  assert.equal(select.phase(state), "ready");
});

test("an exam has no phases and its map no verdicts", () => {
  const state = makeState({ answers: answers([[2, [1], 5]]) });
  assert.equal(select.phase(state), "exam");
  assert.equal(select.marks(state, 0).verdict, null);
});

test("resume at the remembered place when nothing was answered after it", () => {
  const state = makeState({ answers: answers([[2, [1], 5]]) });
  assert.equal(select.resumePlace(state, { place: 3, seq: 9 }), 3);
});

test("resume after the latest answer, never on it", () => {
  const state = makeState({ answers: answers([[2, [1], 15]]) });
  assert.equal(select.resumePlace(state, { place: 0, seq: 9 }), 1);
});

test("resume at the first unanswered place after the latest answer, around the end", () => {
  const state = makeState({
    answers: answers([
      [1, [1], 15],
      [2, [0], 3],
      [3, [0, 1], 4],
    ]),
  });
  assert.equal(select.resumePlace(state, { place: 0, seq: 9 }), 1);
});

test("resume at the latest answer when all are answered", () => {
  const state = makeState({
    answers: answers([
      [0, [1], 15],
      [1, [1], 2],
      [2, [0], 3],
      [3, [0, 1], 4],
    ]),
  });
  assert.equal(select.resumePlace(state, { place: 3, seq: 9 }), 1);
});

test("the position is no news on the straight way through a test", () => {
  let state = makeState();
  assert.equal(select.positionIsNews(state), false);
  state = reduce(state, { type: "answer", question: 2, choices: [1], seq: 10 });
  assert.equal(select.positionIsNews(state), false, "still at what was answered");
  state = reduce(state, { type: "move", place: 1, seq: 11 });
  assert.equal(select.positionIsNews(state), false, "where another device resumes");
});

test("the position is news after a jump, until the server knows it", () => {
  let state = reduce(makeState(), { type: "move", place: 3, seq: 11 });
  assert.equal(select.positionIsNews(state), true);
  state = reduce(state, { type: "synced", position: 3, position_seq: 11 });
  assert.equal(select.positionIsNews(state), false);
});

test("going back after an answer is news", () => {
  let state = makeState({ position: 1, position_seq: 5 });
  state = reduce(state, { type: "answer", question: 0, choices: [1], seq: 10 });
  state = reduce(state, { type: "move", place: 0, seq: 11 });
  assert.equal(select.positionIsNews(state), true);
});

test("letters are those of the lines this learner sees", () => {
  const state = makeState();
  assert.equal(select.letters(state, 0, [1]), "A");
  assert.equal(select.letters(state, 2, [0, 4]), "A and E");
});

test("a verdict is right, wrong or partly right", () => {
  assert.equal(select.verdictWord(undefined), null);
  assert.equal(select.verdictWord({ right: true, points: 1 }), "right");
  assert.equal(select.verdictWord({ right: false, points: 0 }), "wrong");
  assert.equal(select.verdictWord({ right: false, points: 0.5 }), "partly");
});
