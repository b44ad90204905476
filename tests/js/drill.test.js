// The drill of what was missed, and the choices that a test card remembers.
import assert from "node:assert/strict";
import { test } from "node:test";

import { choicesFor } from "../../static/js/certification.js";
import {
  isRight,
  nextInLine,
  packed,
  shuffled,
  unpacked,
  wordFor,
} from "../../static/js/drill.js";

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

const missed = [{ place: 3 }, { place: 8 }, { place: 20 }];

test("a drill goes on where it was, in the same order", () => {
  const line = [missed[2], missed[0]];
  assert.deepEqual(unpacked(packed(line, 4), missed), { line, tries: 4 });
});

test("a drill that was all right stays at its end", () => {
  assert.deepEqual(unpacked(packed([], 3), missed), { line: [], tries: 3 });
});

test("what is no standing of these questions is none", () => {
  const nonsense = [
    null,
    "",
    "{",
    "null",
    "[3]",
    '"3"',
    "{}",
    '{"line":"3","tries":1}',
    '{"line":[3,4],"tries":1}',
    '{"line":[3,3],"tries":2}',
    '{"line":["3"],"tries":2}',
    '{"line":[3]}',
    '{"line":[3],"tries":"2"}',
    '{"line":[3],"tries":1.5}',
    '{"line":[3],"tries":1}',
  ];
  for (const text of nonsense) assert.equal(unpacked(text, missed), null, text);
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
