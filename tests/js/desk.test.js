// The desk's keys, and where a canned reply goes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { inserted, wayOf } from "../../static/js/desk.js";

const enter = { key: "Enter", ctrlKey: true };

test("Ctrl or Cmd with Enter answers, with Shift it also closes", () => {
  assert.equal(wayOf(enter), "answer");
  assert.equal(wayOf({ key: "Enter", metaKey: true }), "answer");
  assert.equal(wayOf({ ...enter, shiftKey: true }), "answer-close");
});

test("other keys, and what an input method composes, are left alone", () => {
  for (const event of [
    { key: "Enter" },
    { key: "Enter", shiftKey: true },
    { key: "a", ctrlKey: true },
    { ...enter, altKey: true },
    { ...enter, isComposing: true },
  ]) {
    assert.equal(wayOf(event), null);
  }
});

test("a reply goes where the caret is, as a paragraph of its own", () => {
  assert.deepEqual(inserted("", 0, 0, "Hi"), { value: "Hi", caret: 2 });
  assert.deepEqual(inserted("A \nB", 2, 2, "Hi"), { value: "A\n\nHi\n\nB", caret: 5 });
  assert.deepEqual(inserted("old", 0, 3, "Hi"), { value: "Hi", caret: 2 });
});
