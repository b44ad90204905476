import assert from "node:assert/strict";
import { test } from "node:test";

import {
  latestSeq,
  reduce,
  restore,
  standing,
  standingFlag,
  timeSpent,
} from "../../static/js/runner/state.js";
import { VERDICT, makeState, serverState } from "./cast.js";

const answer = (question, choices, seq, settled = false, verdict = null) => ({
  type: "answer",
  question,
  choices,
  seq,
  settled,
  verdict,
});
const flag = (question, on, seq) => ({ type: "flag", question, on, seq });
const play = (state, events) => events.reduce(reduce, state);

function permutations(items) {
  if (items.length < 2) return [items];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}

for (const mode of ["exam", "practice"]) {
  test(`${mode}: any order and repetition of events ends in the same state`, () => {
    const events = [
      answer(2, [1], 100),
      answer(2, [3], 200),
      answer(2, [0], 200),
      mode === "practice" ? answer(2, [3], 200, true, VERDICT) : answer(2, [], 150),
      flag(2, true, 120),
      flag(2, false, 130),
    ];
    const start = makeState({ mode });
    const expected = play(start, events);
    for (const order of permutations(events)) {
      const twice = play(start, [...order, ...order.slice(2), order[0]]);
      for (const part of ["answers", "flags", "verdicts"]) {
        assert.deepEqual(twice[part], expected[part]);
      }
    }
  });

  test(`${mode}: which answer stands does not depend on how they are grouped`, () => {
    const pool = [];
    for (const seq of [1, 2]) {
      for (const choices of [[0], [2]]) {
        for (const settled of [true, false]) pool.push({ seq, choices, settled });
      }
    }
    const pick = (a, b) => standing(mode, a, b);
    for (const a of pool) {
      assert.deepEqual(pick(a, a), a);
      for (const b of pool) {
        assert.deepEqual(pick(a, b), pick(b, a));
        for (const c of pool) {
          assert.deepEqual(pick(pick(a, b), c), pick(a, pick(b, c)));
        }
      }
    }
  });
}

test("exam: the later answer stands, whichever arrives last", () => {
  const late = play(makeState(), [answer(2, [3], 200), answer(2, [1], 100)]);
  assert.deepEqual(late.answers[2].choices, [3]);
});

test("exam: equal sequence numbers are decided as the server decides them", () => {
  // The server compares the choices as a bit mask: choice 3 (8) beats 0 and 1 (3).
  const state = play(makeState(), [answer(2, [3], 100), answer(2, [0, 1], 100)]);
  assert.deepEqual(state.answers[2].choices, [3]);
});

test("exam: the server's older word does not undo a click that still waits", () => {
  const server = serverState({ answers: { 2: { choices: [0], seq: 50 } } });
  const state = play(makeState(), [answer(2, [1], 100), { type: "server", server }]);
  assert.deepEqual(state.answers[2], { choices: [1], seq: 100, settled: false });
});

test("exam: an answer of another device that is later replaces ours", () => {
  const server = serverState({ answers: { 2: { choices: [0], seq: 150 } } });
  const state = play(makeState(), [answer(2, [1], 100), { type: "server", server }]);
  assert.deepEqual(state.answers[2], { choices: [0], seq: 150, settled: true });
});

test("practice: what the server committed stands, even if our click was earlier", () => {
  const state = play(makeState({ mode: "practice" }), [
    answer(2, [1], 100),
    answer(2, [3], 200, true, VERDICT),
    answer(2, [0], 50),
  ]);
  assert.deepEqual(state.answers[2], { choices: [3], seq: 200, settled: true });
  assert.equal(state.verdicts[2], VERDICT);
});

test("a later flag wins, and a tie is flagged as on the server", () => {
  const on = { on: true, seq: 5 };
  const off = { on: false, seq: 5 };
  assert.equal(standingFlag(on, off), on);
  assert.equal(standingFlag(off, on), on);
  assert.equal(standingFlag(on, { on: false, seq: 6 }).on, false);
});

test("a draft gives way to a later answer, not to an earlier one", () => {
  const draft = { type: "draft", question: 3, choices: [1], seq: 100 };
  const earlier = play(makeState(), [draft, answer(3, [0, 1], 90)]);
  assert.deepEqual(earlier.drafts[3], { choices: [1], seq: 100 });
  const later = play(makeState(), [draft, answer(3, [0, 1], 110)]);
  assert.equal(later.drafts[3], undefined);
});

test("practice: a committed answer admits no further draft", () => {
  const draft = { type: "draft", question: 2, choices: [1], seq: 100 };
  const state = play(makeState({ mode: "practice" }), [answer(2, [0], 50), draft]);
  assert.deepEqual(state.drafts, {});
});

test("a refused answer is forgotten, unless something else stands by now", () => {
  const refused = { type: "refused", question: 2, seq: 100 };
  const state = play(makeState(), [answer(2, [1], 100), refused]);
  assert.equal(state.answers[2], undefined);
  const newer = play(makeState(), [answer(2, [1], 120), refused]);
  assert.deepEqual(newer.answers[2].choices, [1]);
});

test("the server's position does not move this tab", () => {
  const state = play(makeState(), [
    { type: "move", place: 2, seq: 10 },
    { type: "server", server: serverState({ position: 3, position_seq: 20 }) },
    { type: "synced", position: 1, position_seq: 15 },
  ]);
  assert.equal(state.place, 2);
  assert.deepEqual(state.remote, { place: 3, seq: 20 });
});

test("there is no place beyond the ends", () => {
  for (const place of [-1, 4, 1.5, NaN]) {
    assert.equal(reduce(makeState(), { type: "move", place, seq: 1 }).place, 0);
  }
});

test("finished stays finished", () => {
  const state = play(makeState({ state: "finished" }), [
    { type: "closed", status: "closed" },
  ]);
  assert.equal(state.status, "finished");
});

test("a step leaves the state before it untouched", () => {
  const before = makeState();
  const copy = structuredClone(before);
  play(before, [answer(2, [1], 100), flag(2, true, 3), answer(2, [2], 101)]);
  assert.deepEqual(before, copy);
});

const record = (kind, question, more) => ({ attempt: 12, kind, question, ...more });

test("a start lays what this device stored over what the server knows", () => {
  const server = { answers: { 2: { choices: [0], seq: 50 } }, position_seq: 40 };
  const state = restore(makeState(server), [
    record("answer", 2, { choices: [1], seq: 60, seconds: 4 }),
    record("flag", 0, { on: true, seq: 61 }),
    record("draft", 3, { choices: [4], seq: 62 }),
    record("time", -1, { spent: { 2: 4 }, seq: 63 }),
  ]);
  assert.deepEqual(state.answers[2], { choices: [1], seq: 60, settled: false });
  assert.equal(state.flags[0].on, true);
  assert.deepEqual(state.drafts[3].choices, [4]);
  assert.equal(state.place, 1, "after the answer that still waits");
});

test("a start goes on at the newer of the two remembered positions", () => {
  const local = (seq) => [record("position", -1, { place: 2, seq })];
  const server = { position: 3, position_seq: 40 };
  assert.equal(restore(makeState(server), local(41)).place, 2);
  assert.equal(restore(makeState(server), local(39)).place, 3);
  assert.equal(restore(makeState(server), []).place, 3);
});

test("the time spent and the latest number come from the records", () => {
  const records = [record("time", -1, { spent: { 2: 4 }, seq: 63 })];
  assert.deepEqual(timeSpent(records), { 2: 4 });
  assert.deepEqual(timeSpent([]), {});
  assert.equal(latestSeq(records), 63);
  assert.equal(latestSeq([]), 0);
});
