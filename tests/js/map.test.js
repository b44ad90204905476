import assert from "node:assert/strict";
import { test } from "node:test";

import { placeWords, stepTo } from "../../static/js/runner/map.js";
import { marks } from "../../static/js/runner/select.js";
import { makeState } from "./cast.js";

test("a place says in words how much of its answer it has", () => {
  const answers = { 3: { choices: [1], seq: 5 }, 0: { choices: [1], seq: 6 } };
  const state = makeState({ answers });
  const words = [0, 1, 2].map((place) => placeWords(place, marks(state, place)));
  assert.deepEqual(words, [
    "Question 1, current, not answered",
    "Question 2, answered",
    "Question 3, 1 of 2 chosen",
  ]);
});

test("the arrows, Home and End walk on the map and not beyond it", () => {
  const step = (key, place) => stepTo(key, place, 25, 5);
  assert.equal(step("ArrowRight", 3), 4);
  assert.equal(step("ArrowLeft", 3), 2);
  assert.equal(step("ArrowDown", 3), 8);
  assert.equal(step("ArrowUp", 8), 3);
  assert.equal(step("Home", 8), 0);
  assert.equal(step("End", 8), 24);
  for (const [key, place] of [
    ["ArrowLeft", 0],
    ["ArrowUp", 4],
    ["ArrowRight", 24],
    ["ArrowDown", 22],
  ]) {
    assert.equal(step(key, place), place);
  }
  assert.equal(step("f", 3), null);
});
