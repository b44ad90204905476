// The drill of what was missed, and the choices that a test card remembers.
import assert from "node:assert/strict";
import { test } from "node:test";

import { choicesFor } from "../../static/js/certification.js";
import { isRight, nextInLine, shuffled, wordFor } from "../../static/js/drill.js";

test("shuffling keeps every item and leaves the list alone", () => {
  const items = [1, 2, 3, 4, 5];
  const out = shuffled(items, () => 0.5);
  assert.deepEqual([...out].sort(), items);
  assert.deepEqual(items, [1, 2, 3, 4, 5]);
});

test("every place can be reached by every item", () => {
  const firsts = [0, 0.34, 0.67, 0.999].map((value) => shuffled(["a", "b", "c"], () => value)[0]);
  assert.deepEqual(new Set(firsts), new Set(["a", "b", "c"]));
});

test("only exactly the right choices are right", () => {
  const choices = [{ right: true }, { right: false }, { right: true }];
  assert.equal(isRight(choices, [0, 2]), true);
  assert.equal(isRight(choices, [2, 0]), true);
  assert.equal(isRight(choices, [0]), false);
  assert.equal(isRight(choices, [0, 1, 2]), false);
  assert.equal(isRight(choices, []), false);
});

test("a wrong question comes back at the end of the line", () => {
  assert.deepEqual(nextInLine(["a", "b"], true), ["b"]);
  assert.deepEqual(nextInLine(["a", "b"], false), ["b", "a"]);
  assert.deepEqual(nextInLine(["a"], false), ["a"]);
});

test("each choice has its word", () => {
  assert.equal(wordFor({ right: true }, true), "Your choice, right");
  assert.equal(wordFor({ right: true }, false), "The right answer");
  assert.equal(wordFor({ right: false }, true), "Your choice, wrong");
  assert.equal(wordFor({ right: false }, false), "");
});

test("a card shows its own choices, else the last ones made, else none", () => {
  const own = { length: 50, mode: "exam" };
  const last = { length: 25, mode: "practice" };
  assert.equal(choicesFor({ 3: own, last }, "3"), own);
  assert.equal(choicesFor({ 3: own, last }, "4"), last);
  assert.equal(choicesFor({}, "4"), null);
});
