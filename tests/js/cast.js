/** The same small attempt for every test: four questions, the last takes two choices. */

import { createState } from "../../static/js/runner/state.js";

export const QUESTIONS = [
  { kind: "single", choose: 1, stem: "<p>A?</p>", choices: ["a", "b", "c", "d"] },
  { kind: "single", choose: 1, stem: "<p>B?</p>", choices: ["a", "b", "c", "d"] },
  { kind: "single", choose: 1, stem: "<p>C?</p>", choices: ["a", "b", "c", "d"] },
  {
    kind: "multiple",
    choose: 2,
    stem: "<p>D?</p>",
    choices: ["a", "b", "c", "d", "e"],
  },
];

export const VERDICT = { question: 2, right: true, points: 1, key: [1], whys: [] };

export function serverState(more = {}) {
  return {
    id: 12,
    state: "open",
    mode: "exam",
    length: 4,
    release: 7,
    title: "A+ Core 1, Test 1",
    started_at: 1_763_826_000_000,
    deadline: null,
    order: [2, 0, 3, 1],
    choice_order: [
      [1, 0, 3, 2],
      [0, 1, 2, 3],
      [4, 3, 2, 1, 0],
      [3, 2, 1, 0],
    ],
    position: 0,
    position_seq: 0,
    last_seq: 0,
    answers: {},
    flags: {},
    verdicts: {},
    rewards: {},
    standing: null,
    urls: { result: "/attempts/12/result/", certification: "/certifications/a/" },
    ...more,
  };
}

export function makeState(more = {}) {
  return createState(serverState(more), QUESTIONS);
}
